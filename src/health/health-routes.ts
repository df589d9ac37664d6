import { z } from 'zod';
import { UnavailableError } from '../problems/errors';
import type { Health } from './health';
import { defineRoute, type Route } from '../http/routing/route';
import { ok } from '../http/routing/reply';

const status = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health', example: { status: 'ok' } });

const probe = (
  id: string,
  path: string,
  summary: string,
  require: () => Promise<void> | void,
  yes = 'It does',
) =>
  defineRoute({
    id,
    tag: 'Service',
    limit: 'none',
    method: 'get',
    path,
    summary,
    access: 'anyone',
    responses: { 200: { description: yes, body: status } },
    handler: async () => {
      await require();
      return ok({ status: 'ok' });
    },
  });

/** For probes: whether the process runs, has started, and can serve. What is amiss is told at its own port alone. */
export const healthRoutes = (health: Health): Route[] => [
  probe('getLive', '/health/live', 'The process runs', () => {}),
  probe('getReady', '/health/ready', 'The database answers', async () => {
    if (!(await health.canServe())) throw new UnavailableError('It is not ready to serve: try again later.');
  }),
  probe(
    'getStartup',
    '/health/startup',
    'The start is over',
    () => {
      if (!health.hasStarted()) throw new UnavailableError('It has not started yet: try again in a moment.');
    },
    'It is',
  ),
];
