const MARKS = /\p{M}/gu;
const WORD = /[\p{L}\p{N}]+/gu;
/**
 * Marks of one letter that count: no writing has more (UAX #15, 13, Stream-Safe Text Format), and normalizing orders
 * them in quadratic time (25 ms for a description of nothing else).
 */
const LONG_RUN = /(\p{M}{30})\p{M}+/gu;
/** A longer one is cut, here and in what is searched for. */
const WORD_LENGTH = 40;

/** The words of a text in the form that is stored and searched: no case, no accents, each once. */
export function searchWordsOf(text: string, limit: number): string[] {
  // Down, up and down again, since some letters differ only that way: ẞ is ß, and ß is SS.
  const decomposed = text.replace(LONG_RUN, '$1').normalize('NFKD');
  const plain = decomposed.replace(MARKS, '').toLowerCase().toUpperCase().toLowerCase();
  const words = (plain.match(WORD) ?? []).map((word) => word.slice(0, WORD_LENGTH));
  return [...new Set(words)].slice(0, limit);
}
