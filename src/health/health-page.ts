import { Router } from 'express';
import type { Health } from './health';
import { countAs } from '../http/server/request-record';

/** Of the draft "Health Check Response Format for HTTP APIs"; by it nobody takes this for the declared answer. */
const TYPE = 'application/health+json';

/**
 * `GET /health/ready` with all details, for who asks at the worker's own port. NGINX names the client on each
 * request that it passes on: those go on to the declared route, which says no more than whether it is ready.
 */
export function healthPage(health: Health): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/health/ready', countAs('/health/ready'), async (request, response, next) => {
    if (request.headers['x-forwarded-for'] !== undefined) return next();
    const { isReady, ...report } = await health.report();
    if (!isReady) response.set('Retry-After', '1');
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .type(TYPE)
      .send(JSON.stringify(report));
  });
  return router;
}
