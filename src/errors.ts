export interface FieldError {
  /** Where in the request: `body.title`, `params.id`. */
  path: string;
  message: string;
}

interface ProblemOptions {
  headers?: Record<string, string>;
  errors?: FieldError[];
}

/**
 * Base of every error a client is told about (RFC 9457). `problem` becomes the last part of
 * its `type`, the message its `detail`.
 */
export abstract class AppError extends Error {
  abstract readonly status: number;
  abstract readonly problem: string;
  abstract readonly title: string;
  readonly headers: Record<string, string>;
  readonly errors: FieldError[] | undefined;

  constructor(detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.headers = options.headers ?? {};
    this.errors = options.errors;
  }
}

export class InvalidRequestError extends AppError {
  readonly status = 400;
  readonly problem = 'invalid-request';
  readonly title = 'The request is not valid';
}

export class UnauthenticatedError extends AppError {
  readonly status = 401;
  readonly problem = 'unauthenticated';
  readonly title = 'Not authenticated';

  /** RFC 6750, 3.1: the error code is told only where a token was sent. */
  constructor(detail: string, code?: 'invalid_token') {
    super(detail, { headers: { 'WWW-Authenticate': code ? `Bearer error="${code}"` : 'Bearer' } });
  }
}

export class ForbiddenError extends AppError {
  readonly status = 403;
  readonly problem = 'forbidden';
  readonly title = 'Not yours to do';
}

export class NotFoundError extends AppError {
  readonly status = 404;
  readonly problem = 'not-found';
  readonly title = 'Not found';
}

export class MethodNotAllowedError extends AppError {
  readonly status = 405;
  readonly problem = 'method-not-allowed';
  readonly title = 'Method not allowed';

  constructor(method: string, allowed: string[]) {
    const list = allowed.join(', ');
    super(`${method} is not served here; ${list} ${allowed.length > 1 ? 'are' : 'is'}.`, {
      headers: { Allow: list },
    });
  }
}

export class ConflictError extends AppError {
  readonly status = 409;
  readonly problem = 'conflict';
  readonly title = 'In conflict with what is there';
}

export class TooLargeError extends AppError {
  readonly status = 413;
  readonly problem = 'too-large';
  readonly title = 'The body is too large';
}

export class UnsupportedMediaTypeError extends AppError {
  readonly status = 415;
  readonly problem = 'unsupported-media-type';
  readonly title = 'This kind of body is not taken here';
}

/** Too much at once, or a server behind is away: the same request may succeed later. */
export class UnavailableError extends AppError {
  readonly status = 503;
  readonly problem = 'unavailable';
  readonly title = 'Not now';

  constructor(detail: string, retryAfterSeconds = 1) {
    super(detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
  }
}

export class InternalError extends AppError {
  readonly status = 500;
  readonly problem = 'internal';
  readonly title = 'Our fault';
}
