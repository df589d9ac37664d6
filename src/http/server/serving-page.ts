import { Router } from 'express';
import { SERVING_PATH } from './balancer';
import { countAs } from './request-record';

/** `GET /health/serving`: 200, or 503 while this worker drains. For NGINX, which then asks the others. */
export function servingPage(isDraining: () => boolean): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get(SERVING_PATH, countAs(SERVING_PATH), (_request, response) => {
    response.set('Cache-Control', 'no-store').status(isDraining() ? 503 : 200);
    response.json({ status: isDraining() ? 'draining' : 'ok' });
  });
  return router;
}
