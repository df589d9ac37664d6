// @ts-nocheck
/** Pieces that parsers, patterns and normalization look for; each is repeated, and some follow one another. */
const ofAscii =
  '? # / ; , & = %25 %3D %E4 * . - 0 [ {"a": \\ " | ../ -. a- a@ token token= W/" "", */*;q=0.1, ;q=" ::1,';
const ofUnicode = [
  ...[
    'é',
    'ß',
    'İ',
    'ς',
    'パ',
    'दि',
    '한',
    '\u1100',
    '👩\u200d👩\u200d👧',
    '\ufdfa',
    'a\u0301',
    '\u0301\u0323',
  ],
  ...['\u200b', '\u202e', '\ufeff', '\u3000', '\ud800'],
];
const repeated = [...ofAscii.split(' '), ' ', '\t', ', ', '"a", ', ...ofUnicode];
/** The first half is of one, the rest of the other. */
const halves = [
  ['?', 'token'],
  ['token', '='],
  ['"', ','],
  ['W/"', ' '],
  [' ', 'x'],
  ['\u0301', '\u0323'],
  ['[', ']'],
  ['%', '&='],
];

const fill = (piece: string | undefined, length: number) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

export function oddTexts(length: number): Record<string, string> {
  const half = Math.ceil(length / 2);
  return Object.fromEntries([
    ...repeated.map((piece) => [JSON.stringify(piece), fill(piece, length)]),
    ...halves.map(([first, second]) => [
      `${JSON.stringify(first)}, then ${JSON.stringify(second)}`,
      fill(first, half) + fill(second, length - half),
    ]),
  ]);
}

/** The longest beginning that `encode` makes no longer than `most`. */
export function longestThatFits(
  text: string | any[],
  encode: { (part: any): string; (arg0: any): any },
  most: number,
) {
  const whole = encode(text);
  return whole.length <= most
    ? whole
    : longestThatFits(text.slice(0, Math.floor((text.length * most) / whole.length)), encode, most);
}

/** Percent-encodes the beginning that fits into `most` bytes; half a character becomes U+FFFD, as no address can hold it. */
export const inAddress = (text: string | undefined, most: number) =>
  longestThatFits(text, (part: any) => encodeURIComponent(Buffer.from(part).toString()), most);
