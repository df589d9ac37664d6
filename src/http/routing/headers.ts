/** Describes a response header for the OpenAPI document. */
const header = (description: string, example: string, pattern: string, maxLength = 200) => ({
  description,
  schema: { type: 'string' as const, maxLength, pattern },
  example,
});

export const HEADERS = {
  ETag: header(
    'Tag of this representation (RFC 9110, 8.8.3). Send it as If-None-Match to get 304 while nothing has changed, or as If-Match to change only the version you have seen.',
    '"7.Xb1dZk3Q9sLw0aTe"',
    '^(W/)?"[\\w.-]+"$',
  ),
  Link: header(
    'Links to the pages `first`, `next` and `prev`, if they exist (RFC 8288).',
    '</tasks?limit=50>; rel="first"',
    '^<[^>]+>; rel="\\w+"',
    12_000,
  ),
  Location: header('Address of the created resource.', '/tasks/665f1c2ab7e4d83f90a1b2c3', '^/', 2_000),
  'X-Cache': header(
    'Whether the answer came from the cache: HIT, MISS or BYPASS.',
    'HIT',
    '^(HIT|MISS|BYPASS)$',
    10,
  ),
  'X-Total-Count': header(
    'With `count=true`: number of entries on all pages, counted up to 100,000.',
    '42',
    '^\\d+$',
    10,
  ),
  'X-Request-Id': header(
    'Identifies the request in the log.',
    '5b0f1c2ab7e4d83f90a1b2c3d4e5f607',
    '^[\\w-]{8,64}$',
    64,
  ),
  'Idempotent-Replayed': header(
    '`true` if the answer is that of an earlier request with this key.',
    'true',
    '^true$',
    5,
  ),
  RateLimit: header(
    'Requests left in the limit, and seconds until it resets.',
    '"default";r=599;t=60',
    '^"[\\w-]+";r=\\d+;t=\\d+',
  ),
  'RateLimit-Policy': header(
    'The limit: number of requests and window in seconds.',
    '"default";q=600;w=60',
    '^"[\\w-]+";q=\\d+;w=\\d+',
  ),
  'Retry-After': header(
    'Seconds to wait before the next try. With 503 it is random, so that clients do not return together.',
    '2',
    '^\\d+$',
    10,
  ),
  'WWW-Authenticate': header(
    'How to authenticate, or why the token is refused (RFC 6750).',
    'Bearer',
    '^Bearer',
  ),
  Deprecation: header('Date of deprecation (RFC 9745).', '@1798761600', '^@\\d+$'),
  Sunset: header('Date of removal (RFC 8594).', 'Fri, 31 Dec 2027 23:59:59 GMT', ' GMT$'),
} as const;

export type HeaderName = keyof typeof HEADERS;

/** Returns references to the headers for answers in the OpenAPI document. */
export const headerRefs = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers that pages of other origins may read (CORS). */
export const EXPOSED_HEADERS = [...Object.keys(HEADERS), 'Allow', 'X-Worker'];
