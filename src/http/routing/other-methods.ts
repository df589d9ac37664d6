import type { IRoute } from 'express';
import { MethodNotAllowedError } from '../../problems/errors';

/** Whatever else is asked of a path that is there: OPTIONS tells what is served, the rest gets 405. */
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
