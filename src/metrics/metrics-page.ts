import { Router } from 'express';
import { countAs } from '../http/server/request-record';

export interface MetricsText {
  text: () => Promise<string>;
  /** Of all processes on this machine. */
  allText: () => Promise<string>;
  type: string;
}

/**
 * For Prometheus, at the worker's port (NGINX passes neither on): `GET /metrics` of this worker alone, and
 * `GET /metrics/all` of all API workers and job workers of this machine, told apart by their label `worker`.
 */
export function metricsPage({ text, allText, type }: MetricsText): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [place, read] of [
    ['/metrics', text],
    ['/metrics/all', allText],
  ] as const) {
    router.get(place, countAs(place), async (_request, response) => {
      response
        .set('Cache-Control', 'no-store')
        .type(type)
        .send(await read());
    });
  }
  return router;
}
