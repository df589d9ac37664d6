import type { RequestHandler } from 'express';
import type { Metrics } from '../../infra/metrics';

/**
 * Counts an answered request.
 * @param path as it is declared, with its parameters; undefined if there is none
 * @param isRefused whether it was refused for overload
 */
export type RequestRecord = (
  method: string,
  path: string | undefined,
  status: number,
  seconds: number,
  isRefused: boolean,
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

/**
 * By path as declared, so that there are as many series as routes, however many addresses are asked for. The label
 * `refused` is there only if it was refused for overload: such are quick, and have alerts of their own, so that errors
 * and latencies are asked for without them (`refused=""`).
 */
export function createRequestRecord(metrics: Pick<Metrics, 'histogram'>): RequestRecord {
  const histogram = metrics.histogram(
    'http_request_duration_seconds',
    'Requests, from their headers to their end',
    ['method', 'route', 'status', 'refused'],
  );
  const bound = new Map<string, (seconds: number) => void>();
  return (method, path = 'none', status, seconds, isRefused) => {
    const refused = isRefused ? 'true' : '';
    const key = `${method} ${path} ${status} ${refused}`;
    let observe = bound.get(key);
    if (!observe) {
      observe = histogram(method, path, String(status), refused);
      bound.set(key, observe);
    }
    observe(seconds);
  };
}
