import type { IRoute } from 'express';
import { MethodNotAllowedError } from '../../problems/errors';

/** Answers the other methods of a known path: OPTIONS with the allowed ones, the rest with 405. */
export function answerOtherMethods(entry: IRoute, allowed: string[]): void {
  entry.options((_request, response) => {
    response.locals.path ??= entry.path;
    response.set('Allow', allowed.join(', ')).status(204).end();
  });
  entry.all((request, response) => {
    response.locals.path ??= entry.path;
    throw new MethodNotAllowedError(request.method, allowed);
  });
}
