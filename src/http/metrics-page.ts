import { Router } from 'express';

export interface MetricsText {
  text: () => Promise<string>;
  type: string;
}

/** `GET /metrics` of this worker alone, for Prometheus. At the worker's port: NGINX doesn't pass it on. */
export function metricsPage({ text, type }: MetricsText): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/metrics', async (_request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .type(type)
      .send(await text());
  });
  return router;
}
