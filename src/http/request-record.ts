import type { RequestHandler } from 'express';
import type { Metrics } from '../infra/metrics';

/** Counts an answered request. `path`: as it is declared, with its parameters; undefined where there is none. */
export type RequestRecord = (
  method: string,
  path: string | undefined,
  status: number,
  seconds: number,
) => void;

/** Has a request that isn't of a declared route counted by this name, in place of `none`. */
export const countAs =
  (route: string): RequestHandler =>
  (_request, response, next) => {
    response.locals.path = route;
    next();
  };

/**
 * Whether it is of who looks after the workers: probes, scrapes, the live page. No client asked for it, and a 503 of a
 * worker that drains is meant for NGINX: such are told by their route, and are in no sum of requests or errors.
 */
export const isUpkeep = (path: string | undefined): boolean =>
  path !== undefined &&
  (path.startsWith('/health/') || path.startsWith('/metrics') || path.startsWith('/ops'));

/** By path as declared, so that there are as many series as routes, however many addresses are asked for. */
export function createRequestRecord(metrics: Pick<Metrics, 'histogram'>): RequestRecord {
  const histogram = metrics.histogram(
    'http_request_duration_seconds',
    'Requests, from their headers to their end',
    ['method', 'route', 'status'],
  );
  const bound = new Map<string, (seconds: number) => void>();
  return (method, path = 'none', status, seconds) => {
    const key = `${method} ${path} ${status}`;
    let observe = bound.get(key);
    if (!observe) {
      observe = histogram(method, path, String(status));
      bound.set(key, observe);
    }
    observe(seconds);
  };
}
