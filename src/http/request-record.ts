import type { Metrics } from '../infra/metrics';

/** Counts an answered request. `path`: as it is declared, with its parameters; undefined where there is none. */
export type RequestRecord = (
  method: string,
  path: string | undefined,
  status: number,
  seconds: number,
) => void;

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
