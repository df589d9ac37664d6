import { PROBLEMS, type ProblemName } from './catalogue';

/** Most characters of a `path`: names can be as long as a body. */
export const MAX_PATH = 200;

export interface FieldError {
  /** Place in the request: `body.title`, `params.id`. */
  path: string;
  message: string;
}

interface ProblemOptions {
  headers?: Record<string, string>;
  errors?: FieldError[];
}

/** Base of every error that is sent to a client (RFC 9457). `problem` gives status and title, the message is `detail`. */
export abstract class AppError extends Error {
  abstract readonly problem: ProblemName;
  /** True if refused for overload: counted and summed up in the log, not logged as a failure of this request. */
  readonly isRefusal: boolean = false;
  /** True if it answers what was asked, such as a probe: no failure of this request. */
  readonly isAnswer: boolean = false;
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

  /** Reports a single fault at its place in the request. */
  static at(path: string, message: string): InvalidRequestError {
    return new InvalidRequestError(`${path}: ${message}`, { errors: [{ path, message }] });
  }
}

export class NotServedError extends AppError {
  readonly problem = 'not-served';
}

export class UnauthenticatedError extends AppError {
  readonly problem = 'unauthenticated';

  /** @param code only if the request had a token (RFC 6750, 3.1) */
  constructor(detail: string, code?: 'invalid_token') {
    super(detail, { headers: { 'WWW-Authenticate': code ? `Bearer error="${code}"` : 'Bearer' } });
  }
}

export class ForbiddenError extends AppError {
  readonly problem = 'forbidden';

  /** @param code only if another token of the same user may do it (RFC 6750, 3.1) */
  constructor(detail: string, code?: 'insufficient_scope') {
    super(detail, code && { headers: { 'WWW-Authenticate': `Bearer error="${code}"` } });
  }
}

/** The present password is missing or wrong. Not 401, after which clients would renew the token. */
export class PasswordRequiredError extends AppError {
  readonly problem = 'password-required';
}

export class NotFoundError extends AppError {
  readonly problem = 'not-found';
}

export class MethodNotAllowedError extends AppError {
  readonly problem = 'method-not-allowed';

  constructor(method: string, allowed: string[]) {
    const list = allowed.join(', ');
    super(`${method} is not supported here. Allowed: ${list}.`, { headers: { Allow: list } });
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

/** RFC 9110, 13.1.1. `tag` is the current ETag; undefined if the resource does not exist. */
export class PreconditionFailedError extends AppError {
  readonly problem = 'precondition-failed';

  constructor(tag: string | undefined) {
    if (tag === undefined) super('The resource does not exist yet. Send the request without If-Match.');
    else {
      const detail = `The ETag is now ${tag}, which the conditions of this request exclude. Read the resource again and send that tag in If-Match.`;
      super(detail, { headers: { ETag: tag } });
    }
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

abstract class RetryableError extends AppError {
  constructor(detail: string, retryAfterSeconds = 1) {
    super(detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
  }
}

/** RFC 6585, 4. */
export class TooManyRequestsError extends RetryableError {
  readonly problem = 'too-many-requests';
}

/** The API is overloaded, or a server it needs is unreachable. */
export class UnavailableError extends RetryableError {
  readonly problem = 'unavailable';
}

/** Answers a probe while the process starts, drains, or lacks a server that it needs. */
export class NotReadyError extends UnavailableError {
  override readonly isAnswer = true;
}

/** What was asked for began, or may have, and its end was not seen. */
export class OutcomeUnknownError extends UnavailableError {}

/** The request was refused for overload and had no effect. */
export class OverloadError extends UnavailableError {
  override readonly isRefusal = true;

  /** Makes the error without a stack, which would cost as much as the rest of the refusal. */
  static make(detail: string, retryAfterSeconds: number): OverloadError {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const error = new OverloadError(detail, retryAfterSeconds);
    Error.stackTraceLimit = stackTraceLimit;
    return error;
  }
}

/** RFC 4918, 11.5: storage shared by all clients has reached its quota, or the disk of the database is nearly full. */
export class InsufficientStorageError extends RetryableError {
  readonly problem = 'insufficient-storage';
}

export class InternalError extends AppError {
  readonly problem = 'internal';
}
