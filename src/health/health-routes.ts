import { z } from 'zod';
import { NotReadyError } from '../problems/errors';
import type { Health } from './health';
import { defineHiddenRoute, defineRoute, type Route } from '../http/routing/route';
import { ok } from '../http/routing/reply';
import { API_VERSION, versions } from '../process/version';

const health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health', example: { status: 'ok' } });
const name = z
  .string()
  .max(80)
  .regex(/^[\w.+-]+$/);
const live = z
  .strictObject({
    status: z.literal('ok'),
    version: name.describe('Version of the software'),
    commit: name.describe('Commit that it was built from; `unknown` if the build does not say'),
    contract: name.describe("Version of the API's contract: `info.version` of this document"),
  })
  .meta({
    id: 'Live',
    example: { status: 'ok', version: '0.1.0', commit: '1f0c2b7', contract: API_VERSION },
  });

const probe = (
  id: string,
  path: string,
  summary: string,
  require: () => Promise<void> | void,
  { body, more = {} }: { body: z.ZodType; more?: object } = { body: health },
) =>
  defineRoute({
    id,
    tag: 'Service',
    limit: 'none',
    method: 'get',
    path,
    summary,
    access: 'anyone',
    responses: { 200: { description: 'OK', body } },
    handler: async () => {
      await require();
      return ok({ status: 'ok', ...more });
    },
  });

/** Routes for probes: whether the process runs, has started, and can serve. */
export const probeRoutes = (health: Health): Route[] => [
  probe('getLive', '/health/live', 'Check that the process runs', () => {}, { body: live, more: versions }),
  probe('getReady', '/health/ready', 'Check that the API can serve requests', async () => {
    if (!(await health.canServe())) throw new NotReadyError('The API is not ready. Try again later.');
  }),
  probe('getStartup', '/health/startup', 'Check that the API has started', () => {
    if (!health.hasStarted()) throw new NotReadyError('The API is starting. Try again in a moment.');
  }),
];

/** The draft "Health Check Response Format for HTTP APIs". */
const DETAILS_TYPE = 'application/health+json; charset=utf-8';

/** Declares what NGINX asks of one worker: 503 while it drains and leaves its port, so that NGINX asks the others. */
export const servingRoute = (health: Health): Route =>
  defineHiddenRoute({
    path: '/health/serving',
    handler: async () =>
      health.leavesPort() ? { status: 503, body: { status: 'draining' } } : ok({ status: 'ok' }),
  });

/** Declares the probes of one process, for its internal port; `ready` is false while it drains. */
export const ownHealthRoutes = (health: Pick<Health, 'hasStarted' | 'report'>): Route[] => [
  defineHiddenRoute({ path: '/health/live', handler: async () => ok({ status: 'ok', ...versions }) }),
  defineHiddenRoute({
    path: '/health/startup',
    handler: async () => {
      if (!health.hasStarted()) throw new NotReadyError('The process is starting.');
      return ok({ status: 'ok' });
    },
  }),
  defineHiddenRoute({
    path: '/health/ready',
    handler: async () => {
      const { isReady } = await health.report();
      if (!isReady)
        throw new NotReadyError('The process is not ready; /health/ready/details has the reason.');
      return ok({ status: 'ok' });
    },
  }),
  defineHiddenRoute({
    path: '/health/ready/details',
    handler: async () => {
      const { isReady, ...report } = await health.report();
      return {
        status: isReady ? 200 : 503,
        headers: { 'Cache-Control': 'no-store', ...(!isReady && { 'Retry-After': '1' }) },
        raw: { type: DETAILS_TYPE, content: JSON.stringify(report) },
      };
    },
  }),
];
