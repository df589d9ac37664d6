interface Problem {
  status: number;
  title: string;
  /** What happened. */
  meaning: string;
  /** What the reader can do. */
  remedy: string;
}

const problem = (status: number, title: string, meaning: string, remedy: string): Problem => ({
  status,
  title,
  meaning,
  remedy,
});

const RETRY =
  'Retry after the seconds in Retry-After; a POST with the same Idempotency-Key takes effect only once.';

/**
 * Every problem (RFC 9457) that the API or NGINX answers with, by the last segment of its `type`. `/problems/NAME`
 * explains each; a test checks that nginx.conf.template has the same names and titles.
 */
export const PROBLEMS = {
  'invalid-request': problem(
    400,
    'Invalid request',
    'A part of the request (path, query, header or body) is not valid for this route; errors lists each fault.',
    'Correct the listed faults and send the request again. The same request will not succeed later.',
  ),
  'not-served': problem(
    400,
    'Unsupported combination',
    'Each filter and the sort is supported, but not their combination: no index would answer it quickly.',
    'Use the combination that detail suggests, and filter the rest in the client.',
  ),
  unauthenticated: problem(
    401,
    'Unauthorized',
    'The token is missing, has expired or belongs to a deleted user, or the credentials of a log-in are wrong.',
    'Log in with POST /users/login and send the token as "Authorization: Bearer TOKEN".',
  ),
  forbidden: problem(403, 'Forbidden', 'Your role does not allow this.', 'Ask an Admin, or log in as one.'),
  'password-required': problem(
    403,
    'Password required',
    'A change of how a user logs in, or the removal of oneself, needs the present password.',
    'Ask the user for it and send it as currentPassword in the body. The token stays valid.',
  ),
  'https-required': problem(
    403,
    'HTTPS required',
    'The request came over plain HTTP to a port that only redirects GET and HEAD to HTTPS. It had no effect.',
    'Send it to the https address. Replace a token or password that it carried: it crossed the network in the clear.',
  ),
  'not-found': problem(
    404,
    'Not found',
    'Nothing exists at this address, or you may not see it.',
    'Check the path and the id.',
  ),
  'method-not-allowed': problem(
    405,
    'Method not allowed',
    'The address exists, but does not support this method.',
    'Use one of the methods in the Allow header.',
  ),
  'not-acceptable': problem(
    406,
    'Not acceptable',
    'The Accept header excludes every type that this route returns.',
    'Send the type that detail names in Accept, or no Accept header.',
  ),
  'request-timeout': problem(
    408,
    'Request timeout',
    'The request took too long to arrive.',
    'Send it again over a better connection.',
  ),
  conflict: problem(
    409,
    'Conflict',
    'The current state does not allow this change: the name is taken, or the status can not be moved that way.',
    'Read the current state; detail says what is possible.',
  ),
  'in-progress': problem(
    409,
    'Request in progress',
    'A request with this Idempotency-Key is still being processed.',
    'Send it again with the same key after the seconds in Retry-After to get the answer of the first one.',
  ),
  'precondition-failed': problem(
    412,
    'Precondition failed',
    'If-Match does not name the current version, whose tag is in the ETag header; nothing was changed.',
    'Read the resource again, apply your change to it, and send it with the new tag.',
  ),
  'too-large': problem(
    413,
    'Content too large',
    'The body is larger than this route accepts.',
    'Send less: JSON up to 100 kB, a picture up to 5 MB.',
  ),
  'uri-too-long': problem(
    414,
    'URI too long',
    'The URL with its query is longer than 8 kB.',
    'Shorten the query.',
  ),
  'unsupported-media-type': problem(
    415,
    'Unsupported media type',
    'This route does not accept the Content-Type or Content-Encoding of the body.',
    'Send the type that detail names.',
  ),
  'key-reused': problem(
    422,
    'Idempotency key reused',
    'This Idempotency-Key was used before with another body or another address.',
    'Make a new key for each new request; repeat a key only with the identical request.',
  ),
  'precondition-required': problem(
    428,
    'Precondition required',
    'This installation requires If-Match on changes, so that no client overwrites a version it has not seen.',
    'Read the resource, and send its ETag as If-Match.',
  ),
  'too-many-requests': problem(
    429,
    'Rate limit exceeded',
    'You sent more requests than allowed in a time window, or failed to log in too often.',
    'Wait for the seconds in Retry-After.',
  ),
  'headers-too-large': problem(
    431,
    'Request header fields too large',
    'The headers together, or one of them, are too large.',
    'Remove unneeded headers; the API uses no cookies.',
  ),
  internal: problem(
    500,
    'Internal server error',
    'The server failed unexpectedly.',
    'Report the requestId to the operator: the log has the cause under it.',
  ),
  'not-implemented': problem(
    501,
    'Not implemented',
    'The method or the transfer coding is not supported.',
    'Use one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.',
  ),
  'bad-gateway': problem(
    502,
    'Bad gateway',
    'The API worker failed while it handled the request, which may or may not have taken effect.',
    RETRY,
  ),
  unavailable: problem(
    503,
    'Service unavailable',
    'The API is overloaded or can not reach its database; detail says whether the request took effect.',
    RETRY,
  ),
  'gateway-timeout': problem(
    504,
    'Gateway timeout',
    'The API worker took too long. The request may or may not have taken effect.',
    RETRY,
  ),
  'http-version-not-supported': problem(
    505,
    'HTTP version not supported',
    'The request uses an unsupported version of HTTP.',
    'Use HTTP/1.1.',
  ),
  'insufficient-storage': problem(
    507,
    'Insufficient storage',
    'Storage for all users together has reached its quota, or the disk of the database is nearly full. Nothing was stored.',
    'Retry after the seconds in Retry-After. If it persists, the operator has to free space: see docs/operations.md.',
  ),
} as const satisfies Record<string, Problem>;

export type ProblemName = keyof typeof PROBLEMS;
