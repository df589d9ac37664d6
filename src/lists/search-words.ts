/** Longer words are cut, here and in what is searched for. */
const WORD_LENGTH = 40;

/** Further marks are dropped (UAX 15, 13: stream-safe text): putting a long run into order takes quadratic time. */
const LONG_RUN = /(\p{M}{30})\p{M}+/gu;
/** Characters that show nothing and end no word (UAX 29, WB4), as joiners. U+200B does: it parts words of Thai. */
const UNSEEN = /(?!\u200b)[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** A word keeps the marks that belong to it: in most scripts they are letters or vowels. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Accents, which searchers leave out in Latin and Greek; also what surrounds a digit, as in a keycap. */
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}\p{N}])\p{M}+/gu;
/** Hebrew points, Arabic vowel signs and tatweel, which searchers leave out too. A hamza is part of its letter. */
const POINTS =
  /\u0640|[\u0591-\u05c7\u0610-\u061a\u064b-\u0652\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]/g;

/**
 * Folds a word to the form that is compared. Letter case goes down, up and down again, since some letters differ only that
 * way (ẞ is ß, and ß is SS), and a sigma is the same at the end of a word as within it.
 */
function folded(word: string): string {
  const plain = word
    .normalize('NFD')
    .replace(ACCENTS, '$1')
    .replace(POINTS, '')
    .replace(/^\p{M}+/u, '');
  const small = plain.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return [...small.normalize('NFC')].slice(0, WORD_LENGTH).join('');
}

/**
 * Returns the words of a text as they are stored and searched, each once: of all scripts, in compatible forms (NFKC), without
 * letter case, without the accents of Latin and Greek. Text is split before it is folded: what a letter becomes depends
 * on its word alone.
 */
export function searchWordsOf(text: string, limit: number): string[] {
  const compatible = text.replace(UNSEEN, '').replace(LONG_RUN, '$1').normalize('NFKC');
  const words = new Set<string>();
  for (const word of new Set(compatible.match(WORD))) {
    if (words.size >= limit) break;
    words.add(folded(word));
    words.delete('');
  }
  return [...words];
}
