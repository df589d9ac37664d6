import { z } from 'zod';
import { UnavailableError } from '../problems/errors';
import type { Health } from './health';
import { defineRoute, type Route } from '../http/routing/route';
import { ok } from '../http/routing/reply';

const status = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health', example: { status: 'ok' } });

const probe = (id: string, path: string, summary: string, require: () => Promise<void> | void) =>
  defineRoute({
    id,
    tag: 'Service',
    limit: 'none',
    method: 'get',
    path,
    summary,
    access: 'anyone',
    responses: { 200: { description: 'OK', body: status } },
    handler: async () => {
      await require();
      return ok({ status: 'ok' });
    },
  });

/** Routes for probes: whether the process runs, has started, and can serve. Only a worker's own port gives details. */
export const healthRoutes = (health: Health): Route[] => [
  probe('getLive', '/health/live', 'Check that the process runs', () => {}),
  probe('getReady', '/health/ready', 'Check that the API can serve requests', async () => {
    if (!(await health.canServe())) throw new UnavailableError('The API is not ready. Try again later.');
  }),
  probe('getStartup', '/health/startup', 'Check that the API has started', () => {
    if (!health.hasStarted()) throw new UnavailableError('The API is starting. Try again in a moment.');
  }),
];
