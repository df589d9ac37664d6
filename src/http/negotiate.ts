import type { Request } from 'express';
import { NotAcceptableError } from '../errors';
import type { Route } from './route';

/** Refuses a request whose Accept header excludes what the route answers with (RFC 9110, 12.5.1). */
export function requireAcceptable({ responses }: Route, request: Request): void {
  const accept = request.headers.accept;
  if (accept === undefined || accept === '*/*') return;
  const types = Object.values(responses).map(
    ({ type, body }) => type ?? (body ? 'application/json' : undefined),
  );
  const offered = types.filter((type) => type !== undefined);
  // Problems come as JSON in any case.
  if (offered.length === 0 || request.accepts(offered)) return;
  throw new NotAcceptableError(`This is served as ${offered.join(', ')}; Accept must allow it.`);
}
