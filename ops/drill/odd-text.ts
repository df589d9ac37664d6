/** Pieces that parsers, patterns and normalization look for; each is repeated, and some follow one another. */
const ascii =
  '? # / ; , & = %25 %3D %E4 * . - 0 [ {"a": \\ " | ../ -. a- a@ token token= W/" "", */*;q=0.1, ;q=" ::1,';
const unicode =
  'é ß İ ς パ दि 한 \u1100 👩\u200d👩\u200d👧 \ufdfa a\u0301 \u0301\u0323 \u200b \u202e \u2066\u2069 \ufeff \u3000 \ud800';
const repeated = [...ascii.split(' '), ' ', '\t', ', ', '"a", ', ...unicode.split(' ')];
/** The first piece fills the first half of a text, the second the rest. */
const halves: [string, string][] = [
  ['?', 'token'],
  ['token', '='],
  ['"', ','],
  ['W/"', ' '],
  [' ', 'x'],
  ['\u0301', '\u0323'],
  ['[', ']'],
  ['%', '&='],
  ['a', '\0'],
  ["a=!#'", '@'],
  ['"1.abcdefghijklmnop"', ' , '],
];

const fill = (piece: string, length: number) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** @returns texts of `length` UTF-16 units, by what they consist of */
export function oddTexts(length: number): Record<string, string> {
  const half = Math.ceil(length / 2);
  const texts: Record<string, string> = {};
  for (const piece of repeated) texts[JSON.stringify(piece)] = fill(piece, length);
  for (const [first, second] of halves)
    texts[`${JSON.stringify(first)}, then ${JSON.stringify(second)}`] =
      fill(first, half) + fill(second, length - half);
  return texts;
}

/** Encodes the beginning of a text that `encode` makes no longer than `most`. */
export function longestThatFits(text: string, encode: (part: string) => string, most: number): string {
  const whole = encode(text);
  return whole.length <= most
    ? whole
    : longestThatFits(text.slice(0, Math.floor((text.length * most) / whole.length)), encode, most);
}

/** Percent-encodes the beginning that fits into `most` bytes; half a character, which none can hold, becomes U+FFFD. */
export const inAddress = (text: string, most: number): string =>
  longestThatFits(text, (part) => encodeURIComponent(Buffer.from(part).toString()), most);
