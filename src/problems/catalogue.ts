interface Problem {
  status: number;
  title: string;
  /** What happened. */
  meaning: string;
  /** What its reader can do. */
  remedy: string;
}

const problem = (status: number, title: string, meaning: string, remedy: string): Problem => ({
  status,
  title,
  meaning,
  remedy,
});

/**
 * Every problem (RFC 9457) that this API or the NGINX before it answers with, by the last part of its `type`.
 * `/problems/NAME` shows the page of each; a test holds nginx.conf.template to the same names and titles.
 */
export const PROBLEMS = {
  'invalid-request': problem(
    400,
    'The request is not valid',
    'A part of the request (path, query, header or body) is not what this route takes; errors names each place.',
    'Correct the named places and send it again. The same request will not succeed later.',
  ),
  'not-served': problem(
    400,
    'This combination is not served',
    'The filters and the sort are each known, but not together: no index would answer them quickly.',
    'Use the combination that detail names, and sift the rest on your side.',
  ),
  unauthenticated: problem(
    401,
    'Not authenticated',
    'There is no token, it has expired, its user is gone, or the name or the password of a log-in is wrong.',
    'Log in by POST /users/login and send the token as "Authorization: Bearer TOKEN".',
  ),
  forbidden: problem(
    403,
    'Not yours to do',
    'You are known, and your role does not allow this.',
    'Ask an Admin, or log in as one.',
  ),
  'not-found': problem(
    404,
    'Not found',
    'There is nothing at this address, or it is not yours to see.',
    'Look at the id and at the path; a list shows what there is.',
  ),
  'method-not-allowed': problem(
    405,
    'Method not allowed',
    'The address is served, but not with this method.',
    'Use one of the methods that the Allow header names.',
  ),
  'not-acceptable': problem(
    406,
    'Not available in the form you accept',
    'The Accept header excludes what this route answers with.',
    'Send the type that detail names in Accept, or no Accept header.',
  ),
  'request-timeout': problem(
    408,
    'The request took too long',
    'The request took too long to arrive.',
    'Send it again over a better connection.',
  ),
  conflict: problem(
    409,
    'In conflict with what is there',
    'What is stored does not allow this change: a name that is taken, or a move that a status does not allow.',
    'Read the present state; detail names what is possible.',
  ),
  'in-progress': problem(
    409,
    'The same request is still under way',
    'A request with this Idempotency-Key was sent before and has not ended yet.',
    'Send it again with the same key after Retry-After seconds; then you get the answer of the first.',
  ),
  'precondition-failed': problem(
    412,
    'It has changed since you read it',
    'If-Match names another version than the present one, whose tag is in the ETag header; nothing was changed.',
    'Read it again, apply your change to what you find, and send it with the new tag.',
  ),
  'too-large': problem(
    413,
    'The body is too large',
    'The body is larger than this route takes.',
    'Send less: JSON up to 100 kB, a picture up to 5 MB.',
  ),
  'uri-too-long': problem(
    414,
    'The address is too long',
    'The address with its query is longer than 8 kB.',
    'Shorten the query.',
  ),
  'unsupported-media-type': problem(
    415,
    'This kind of body is not taken here',
    'The Content-Type or Content-Encoding of the body is not one that this route reads.',
    'Send the type that detail names.',
  ),
  'key-reused': problem(
    422,
    'The key belongs to another request',
    'This Idempotency-Key was sent before with another body or to another address.',
    'Make a new key for each new request; repeat a key only with the very same request.',
  ),
  'precondition-required': problem(
    428,
    'Say which version you mean',
    'This installation takes changes only with If-Match, so that nobody overwrites what they have not seen.',
    'Read it, and send its ETag as If-Match.',
  ),
  'too-many-requests': problem(
    429,
    'Too many requests',
    'You sent more than is allowed in a span of time, or failed to log in too often.',
    'Wait for the seconds that Retry-After names.',
  ),
  'headers-too-large': problem(
    431,
    'The headers are too large',
    'The headers together, or one of them, are larger than is taken here.',
    'Drop what is not needed; cookies are not needed at all.',
  ),
  internal: problem(
    500,
    'Our fault',
    'Something broke on our side.',
    'Tell us the requestId: the log has the reason under it.',
  ),
  'not-implemented': problem(
    501,
    'Not implemented',
    'The method or the transfer coding is unknown here.',
    'Use one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.',
  ),
  'bad-gateway': problem(
    502,
    'No worker answered',
    'The worker that had the request went away. Whether it took effect is not known.',
    'Send it again after Retry-After seconds; a POST with the same Idempotency-Key is never done twice.',
  ),
  unavailable: problem(
    503,
    'Not now',
    'Too much at once, or a server behind the API is away; detail says whether the request took effect.',
    'Send it again after Retry-After seconds; a POST with the same Idempotency-Key is never done twice.',
  ),
  'gateway-timeout': problem(
    504,
    'No worker answered in time',
    'A worker took too long. Whether the request took effect is not known.',
    'Send it again after Retry-After seconds; a POST with the same Idempotency-Key is never done twice.',
  ),
  'http-version-not-supported': problem(
    505,
    'HTTP version not supported',
    'The request was sent in a version of HTTP that is not spoken here.',
    'Use HTTP/1.1.',
  ),
  'insufficient-storage': problem(
    507,
    'Insufficient storage',
    'What is kept for all users together has reached its quota, or the disk of the database is nearly full; nothing was kept of this request.',
    'Send it again after Retry-After seconds. If it goes on, the operator makes room: docs/operations.md says where.',
  ),
} as const satisfies Record<string, Problem>;

export type ProblemName = keyof typeof PROBLEMS;
