'use strict';

/** Pieces that parsers, patterns and normalization look for; each is repeated, and some follow one another. */
const repeated = [
  ...[
    '?',
    '#',
    '/',
    ';',
    ':',
    ',',
    '&',
    '=',
    '%',
    '%25',
    '%3D',
    '%E4',
    '*',
    '@',
    '.',
    '-',
    '_',
    '~',
    '+',
    '0',
  ],
  ...[
    '[',
    '{"a":',
    '\\',
    '"',
    "'",
    '`<',
    '>',
    '|',
    ' ',
    '\t',
    ', ',
    '; ',
    '..',
    '../',
    '-.',
    'a-',
    'a.',
    'a@',
  ],
  ...[
    'token',
    'token=',
    '&password',
    'api_key',
    'W/',
    'W/"',
    '"",',
    '"a", ',
    '*/*;q=0.1,',
    ';q="',
    'a/b,',
    '::1,',
  ],
  ...['é', 'ß', 'İ', 'ς', 'ǰ', '\u200b', '\u202e', '\u0301', '\u0301\u0323', 'a\u0301', '\ufdfa', '\ud800'],
  ...['パ', 'दि', '한', '\u1100', '👩\u200d👩\u200d👧', '\ufeff', '\ufffd', '\u3000'],
];
/** The first half is of one, the rest of the other. */
const halves = [
  ['?', 'token'],
  ['token', '='],
  ['"', ','],
  ['W/"', ' '],
  [' ', 'x'],
  ['a', '\u0301'],
  ['\u0301', '\u0323'],
  ['a@', '-.'],
  ['[', ']'],
  ['%', '&='],
];

const fill = (piece, length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** @param {number} length @returns {Record<string, string>} */
function oddTexts(length) {
  const half = Math.ceil(length / 2);
  return Object.fromEntries([
    ...repeated.map((piece) => [JSON.stringify(piece), fill(piece, length)]),
    ...halves.map(([first, second]) => [
      `${JSON.stringify(first)}, then ${JSON.stringify(second)}`,
      fill(first, half) + fill(second, length - half),
    ]),
  ]);
}

module.exports = { oddTexts };
