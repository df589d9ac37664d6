import type { Response } from 'express';
import type { Route } from './route';

const startOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** Sets `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link to the replacement on every answer of the route. */
export function announceDeprecation({ deprecated }: Pick<Route, 'deprecated'>, response: Response): void {
  if (!deprecated) return;
  response.set('Deprecation', `@${startOf(deprecated.since).getTime() / 1_000}`);
  response.set('Sunset', startOf(deprecated.sunset).toUTCString());
  response.append('Link', `<${deprecated.link}>; rel="deprecation"; type="text/html"`);
}
