/** Headers of answers, as the OpenAPI document shows them. */
const header = (description: string, example: string, pattern: string, maxLength = 200) => ({
  description,
  schema: { type: 'string' as const, maxLength, pattern },
  example,
});

export const HEADERS = {
  ETag: header(
    'What this answer is like (RFC 9110, 8.8.3). Send it as If-None-Match to be told 304 while nothing changed, or as If-Match to change only what you have seen.',
    '"7.Xb1dZk3Q9sLw0aTe"',
    '^(W/)?"[\\w.-]+"$',
  ),
  Link: header(
    'The pages `first`, `next` and `prev`, as far as they are there (RFC 8288).',
    '</tasks?limit=50>; rel="first"',
    '^<[^>]+>; rel="\\w+"',
    12_000,
  ),
  Location: header('The address of what was made.', '/tasks/665f1c2ab7e4d83f90a1b2c3', '^/', 2_000),
  'X-Cache': header('Whether it came from the cache: HIT, MISS or BYPASS.', 'HIT', '^(HIT|MISS|BYPASS)$', 10),
  'X-Total-Count': header(
    'With `count=true`: how many there are on all pages, counted to 100,000.',
    '42',
    '^\\d+$',
    10,
  ),
  'X-Request-Id': header(
    'Finds the request in the log.',
    '5b0f1c2ab7e4d83f90a1b2c3d4e5f607',
    '^[\\w-]{8,64}$',
    64,
  ),
  'Idempotent-Replayed': header(
    '`true` where the answer is that of an earlier send with this key.',
    'true',
    '^true$',
    5,
  ),
  RateLimit: header(
    'What is left of the limit, and the seconds until it is whole again.',
    '"default";r=599;t=60',
    '^"[\\w-]+";r=\\d+;t=\\d+',
  ),
  'RateLimit-Policy': header(
    'The limit: how many requests in how many seconds.',
    '"default";q=600;w=60',
    '^"[\\w-]+";q=\\d+;w=\\d+',
  ),
  'Retry-After': header(
    'In how many seconds it is worth another try. With 503 it is drawn at random, so that clients do not return together.',
    '2',
    '^\\d+$',
    10,
  ),
  'WWW-Authenticate': header('How to authenticate (RFC 6750).', 'Bearer', '^Bearer'),
  Deprecation: header('Since when this is deprecated (RFC 9745).', '@1798761600', '^@\\d+$'),
  Sunset: header('When this ends (RFC 8594).', 'Fri, 31 Dec 2027 23:59:59 GMT', ' GMT$'),
} as const;

export type HeaderName = keyof typeof HEADERS;

/** As the document's answers name them. */
export const headerRefs = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** What a page of another origin may read (CORS). */
export const EXPOSED_HEADERS = [...Object.keys(HEADERS), 'Allow', 'X-Worker'];
