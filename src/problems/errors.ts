import { PROBLEMS, type ProblemName } from './catalogue';

/** Most characters of a `path`: names can be as long as a body. */
export const MAX_PATH = 200;

export interface FieldError {
  /** Where in the request: `body.title`, `params.id`. */
  path: string;
  message: string;
}

interface ProblemOptions {
  headers?: Record<string, string>;
  errors?: FieldError[];
}

/** Base of every error a client is told about (RFC 9457): its kind says status and title, the message is its `detail`. */
export abstract class AppError extends Error {
  abstract readonly problem: ProblemName;
  /** Whether there was too much at once: it is counted and summed up in the log, and no failure of this request. */
  readonly isRefusal: boolean = false;
  readonly headers: Record<string, string>;
  readonly errors: FieldError[] | undefined;

  constructor(detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.headers = options.headers ?? {};
    this.errors = options.errors;
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  get title(): string {
    return PROBLEMS[this.problem].title;
  }
}

export class InvalidRequestError extends AppError {
  readonly problem = 'invalid-request';

  /** One fault, at its place in the request. */
  static at(path: string, message: string): InvalidRequestError {
    return new InvalidRequestError(`${path}: ${message}`, { errors: [{ path, message }] });
  }
}

export class NotServedError extends AppError {
  readonly problem = 'not-served';
}

export class UnauthenticatedError extends AppError {
  readonly problem = 'unauthenticated';

  /** RFC 6750, 3.1: the error code is told only where a token was sent. */
  constructor(detail: string, code?: 'invalid_token') {
    super(detail, { headers: { 'WWW-Authenticate': code ? `Bearer error="${code}"` : 'Bearer' } });
  }
}

export class ForbiddenError extends AppError {
  readonly problem = 'forbidden';
}

export class NotFoundError extends AppError {
  readonly problem = 'not-found';
}

export class MethodNotAllowedError extends AppError {
  readonly problem = 'method-not-allowed';

  constructor(method: string, allowed: string[]) {
    const list = allowed.join(', ');
    super(`${method} is not served here; ${list} ${allowed.length > 1 ? 'are' : 'is'}.`, {
      headers: { Allow: list },
    });
  }
}

export class NotAcceptableError extends AppError {
  readonly problem = 'not-acceptable';
}

export class ConflictError extends AppError {
  readonly problem = 'conflict';
}

export class InProgressError extends AppError {
  readonly problem = 'in-progress';
}

/** RFC 9110, 13.1.1; `tag` is the present one, undefined if there is nothing. */
export class PreconditionFailedError extends AppError {
  readonly problem = 'precondition-failed';

  constructor(tag: string | undefined) {
    if (tag === undefined) super('There is nothing yet that If-Match could name: send it without.');
    else
      super(
        `Its tag is ${tag} now, which the conditions of this request exclude. ` +
          'Read it again, and send a change with that tag in If-Match.',
        { headers: { ETag: tag } },
      );
  }
}

export class TooLargeError extends AppError {
  readonly problem = 'too-large';
}

export class UnsupportedMediaTypeError extends AppError {
  readonly problem = 'unsupported-media-type';
}

export class KeyReusedError extends AppError {
  readonly problem = 'key-reused';
}

/** RFC 6585, 3. */
export class PreconditionRequiredError extends AppError {
  readonly problem = 'precondition-required';
}

/** RFC 6585, 4. */
export class TooManyRequestsError extends AppError {
  readonly problem = 'too-many-requests';

  constructor(detail: string, retryAfterSeconds: number) {
    super(detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
  }
}

/** Too much at once, or a server behind is away: the same request may succeed later. */
export class UnavailableError extends AppError {
  readonly problem = 'unavailable';

  constructor(detail: string, retryAfterSeconds = 1) {
    super(detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
  }
}

/** Refused for overload: nothing was done. */
export class OverloadError extends UnavailableError {
  override readonly isRefusal = true;

  /** Without a stack, which nobody looks at and which costs as much as the rest of the refusal. */
  static make(detail: string, retryAfterSeconds: number): OverloadError {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const error = new OverloadError(detail, retryAfterSeconds);
    Error.stackTraceLimit = stackTraceLimit;
    return error;
  }
}

/** RFC 4918, 11.5: what is kept for all clients has reached its quota, or the disk of the database is nearly full. */
export class InsufficientStorageError extends AppError {
  readonly problem = 'insufficient-storage';

  constructor(detail: string, retryAfterSeconds: number) {
    super(detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
  }
}

export class InternalError extends AppError {
  readonly problem = 'internal';
}
