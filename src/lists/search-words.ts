/** Longer words are cut, both stored and searched ones. */
const WORD_LENGTH = 40;

/** Matches marks beyond 30 in a row, which are dropped (UAX 15, 13): sorting a long run takes quadratic time. */
const LONG_RUN = /(\p{M}{30})\p{M}+/gu;
/** Invisible characters that end no word (UAX 29, WB4), such as joiners. U+200B separates words in Thai, so it stays. */
const UNSEEN = /(?!\u200b)[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** Matches a word with its marks, which in most scripts are letters or vowels. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Accents of Latin and Greek, which people omit in searches, and marks around a digit, as in a keycap. */
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}\p{N}])\p{M}+/gu;
/** Hebrew points, Arabic vowel signs and tatweel, which people omit too. A hamza is part of its letter. */
const POINTS =
  /\u0640|[\u0591-\u05c7\u0610-\u061a\u064b-\u0652\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]/g;

/**
 * Folds a word to the form that is compared. Lower, upper and lower case again, since some letters differ only in one
 * direction (ẞ becomes ß, and ß becomes SS). A final sigma equals any other sigma.
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
 * Returns the distinct words of a text as stored and searched: of all scripts, in compatible forms (NFKC), case-insensitive,
 * without accents of Latin and Greek. Splits before folding, since the folding of a letter depends on its word.
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
