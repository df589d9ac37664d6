import type { IRoute } from 'express';
import { MethodNotAllowedError } from '../../problems/errors';

/** Answers the other methods of a known path: OPTIONS with the allowed ones, the rest with 405. */
export function answerOtherMethods(entry: IRoute, allowed: string[], countedAs = entry.path): void {
  entry.options((_request, response) => {
    response.locals.path ??= countedAs;
    response.set('Allow', allowed.join(', ')).status(204).end();
  });
  entry.all((request, response) => {
    response.locals.path ??= countedAs;
    throw new MethodNotAllowedError(request.method, allowed);
  });
}
