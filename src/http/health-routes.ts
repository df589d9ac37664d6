import { z } from 'zod';
import { defineRoute, type Route } from './route';
import { ok } from './reply';

const status = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health', example: { status: 'ok' } });

/** For probes: whether the process runs, and whether it can serve. */
export function healthRoutes(ping: () => Promise<void>): Route[] {
  return [
    defineRoute({
      id: 'getLive',
      tag: 'Service',
      limit: 'none',
      method: 'get',
      path: '/health/live',
      summary: 'The process runs',
      access: 'anyone',
      responses: { 200: { description: 'It does', body: status } },
      handler: async () => ok({ status: 'ok' }),
    }),
    defineRoute({
      id: 'getReady',
      tag: 'Service',
      limit: 'none',
      method: 'get',
      path: '/health/ready',
      summary: 'The database answers',
      access: 'anyone',
      responses: { 200: { description: 'It does', body: status } },
      handler: async () => {
        await ping();
        return ok({ status: 'ok' });
      },
    }),
  ];
}
