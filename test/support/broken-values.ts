const MANY_KEYS = JSON.stringify(
  Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`key${index}`, index])),
);
const LONG_KEY = JSON.stringify({ ['k'.repeat(20_000)]: 1 });

export const BROKEN_TOKENS = [
  'Bearer x',
  'Bearer',
  'Basic YTpi',
  'bearer a.b.c',
  `Bearer ${'a.'.repeat(3_000)}`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
];
export const OTHER_TYPES = [
  'text/plain',
  'application/xml',
  'application/jsonp',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'application/json; charset=utf8',
  'multipart/form-data',
  'x',
  '',
];
export const BROKEN_JSON = [
  '',
  '{',
  '{"title":',
  '[1,]',
  'NaN',
  '\ufeff{}',
  '{"title":"\\ud800"}',
  '"\\u12',
  '{"a":1}{"b":2}',
  '\0',
  '{"__proto__":{"role":"Admin"},"title":"x"}',
  '{"title":"a","title":"b"}',
  `${'['.repeat(20_000)}`,
  `{"x":"${'x'.repeat(110_000)}"}`,
  MANY_KEYS,
  LONG_KEY,
];
export const BROKEN_QUERIES = [
  'q=%ZZ',
  '%',
  'q=%C0%80',
  'label=G%E4rten',
  'label=100%',
  'l%E4bel=x',
  'limit=0x10',
  'limit=1e1',
  'limit=1&limit=2',
  'sort[]=createdAt',
  'fields[a]=b',
  '__proto__=1',
  `x=${'y'.repeat(3_000)}`,
  '&&==&',
  'cursor=',
];
export const BROKEN_IDS = [
  '0',
  'me',
  '%00',
  '..',
  '%2e%2e%2f',
  'ff'.repeat(13),
  'é',
  '%ff',
  'z'.repeat(24),
  '*',
  "'",
  `${'a'.repeat(24)}%20`,
  'x'.repeat(3_000),
].map((id) => (id.includes('%') ? id : encodeURIComponent(id)));

/** A PNG of one pixel. */
export const TINY_PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
