import fc from 'fast-check';

/** Words of many scripts, with pairs that careless folding of marks, cases or forms would confuse. */
const WORDS_BY_SCRIPT = {
  latin: ['Zäun', 'café', 'Straße', 'Đường', 'İstanbul', 'ﬁshing'],
  greek: ['Στόχος', 'παράδοση', 'ΟΔΟΣ', 'ᾠδή'],
  cyrillic: ['мои', 'мой', 'всё', 'їжак', 'Ѓорѓи'],
  hebrew: ['שלום', 'שָׁלוֹם', 'ספר'],
  arabic: ['محمد', 'مُحَمَّد', 'سؤال', 'می\u200cخواهم'],
  indic: ['दान', 'दिन', 'क्\u200dष', 'বাংলা', 'தமிழ்', 'తెలుగు'],
  eastAsian: ['ハハ', 'パパ', 'ﾊﾟﾊﾟ', '漢字', '한국어', 'がく'],
  southEastAsian: ['สวัสดี', 'ខ្មែរ', 'မြန်မာ', 'ລາວ'],
  other: ['ქართული', 'Հայերեն', 'አማርኛ', '𐐔𐐯𐑅', '٢٠٢٦', '２０２６'],
};

const word = fc.constantFrom(...Object.values(WORDS_BY_SCRIPT).flat());
const between = fc.constantFrom(' ', ':', ', ', '-', '/', ' (', '・', '\u200b', '。');

/** Text of one to six words of any scripts, in several normal forms and with punctuation of several scripts. */
export const textOfAllScripts = fc
  .array(fc.tuple(word, between, fc.constantFrom('NFC', 'NFD')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([one, mark, form]) => one.normalize(form) + mark).join(''));
