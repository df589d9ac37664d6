import type { Metrics } from '../../infra/metrics';

/**
 * Counts an answered request.
 * @param path as declared, with its parameters; undefined if no route matched
 * @param isRefused true if refused for overload
 */
export type CountRequest = (
  method: string,
  path: string | undefined,
  status: number,
  seconds: number,
  isRefused: boolean,
) => void;

/**
 * Returns whether a path belongs to operation: probes, scrapes, the live page. No client sent these requests, and the
 * 503 of a draining worker is meant for NGINX, so they count in no sum of requests or errors.
 */
export const isUpkeep = (path: string | undefined): boolean =>
  path !== undefined &&
  (path.startsWith('/health/') || path.startsWith('/metrics') || path.startsWith('/ops'));

/**
 * Counts by the declared path, so that the number of series does not depend on the URLs that clients send. Requests
 * refused for overload have the label `refused`: they are quick and have alerts of their own, so queries for errors
 * and latencies exclude them by `refused=""`.
 */
export function createRequestMetrics(metrics: Pick<Metrics, 'histogram'>): CountRequest {
  const histogram = metrics.histogram(
    'http_request_duration_seconds',
    'Duration of requests, from their headers to the end of the answer',
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
