import type { ErrorRequestHandler, Request, Response } from 'express';
import { spreadSeconds } from '../../lib/retry-after';
import {
  AppError,
  InternalError,
  InvalidRequestError,
  TooLargeError,
  UnavailableError,
  UnsupportedMediaTypeError,
} from '../../problems/errors';
import type { Logger } from '../../process/logger';

/** Answers errors with a problem (RFC 9457), the same in every environment. Internal details only go to the log. */
export function createErrorHandler(isAway: (error: unknown) => boolean, logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = toAppError(error, isAway);
    if (problem.status >= 500 && !problem.isRefusal && !problem.isAnswer)
      logger.error({ err: error, req: { id: request.id } }, 'request failed');
    answerProblem(problem, request, response);
  };
}

export function answerProblem(problem: AppError, request: Request, response: Response): void {
  response.locals.isRefused = problem.isRefusal;
  response.locals.isAnswer = problem.isAnswer;
  const text = JSON.stringify(toProblem(problem, request));
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.status(problem.status).end(text);
}

const toProblem = ({ problem, title, status, message, errors }: AppError, request: Request) => ({
  type: `/problems/${problem}`,
  title,
  status,
  detail: message,
  requestId: request.id,
  ...(errors && { errors }),
});

function toAppError(error: unknown, isAway: (error: unknown) => boolean): AppError {
  if (error instanceof AppError) return error;
  if (isAway(error))
    return new UnavailableError(
      'The database is unreachable; the request may or may not have taken effect.',
      spreadSeconds(2),
    );
  return (
    requestError(error) ?? new InternalError('The server failed; the log has the cause under requestId.')
  );
}

const sizeOf = (bytes = 0) => (bytes < 2 ** 20 ? `${bytes / 2 ** 10} kB` : `${bytes / 2 ** 20} MB`);

/** Translates errors of body-parser and Express, which have `type` and `status`. */
function requestError(error: unknown): AppError | undefined {
  const { type, status, limit } = error as { type?: string; status?: number; limit?: number };
  // Express decodes the parameters of a path (RFC 3986, 2.5).
  if (error instanceof URIError && status === 400) {
    return new InvalidRequestError('The path is not percent-encoded UTF-8; write a percent sign as %25.');
  }
  if (type === 'entity.too.large') return new TooLargeError(`The body exceeds ${sizeOf(limit)}.`);
  if (type === 'encoding.unsupported')
    return new UnsupportedMediaTypeError('The encoding of the body is not supported. Send plain UTF-8.');
  if (status && status >= 400 && status < 500) return new InvalidRequestError('The request can not be read.');
  return undefined;
}
