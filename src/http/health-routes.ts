import { z } from 'zod';
import { defineRoute, type Route } from './route';
import { ok } from './reply';

const status = z.strictObject({ status: z.literal('ok') });

/** For probes: whether the process runs, and whether it can serve. */
export function healthRoutes(ping: () => Promise<void>): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/health/live',
      summary: 'The process runs',
      access: 'anyone',
      responses: { 200: status },
      handler: async () => ok({ status: 'ok' }),
    }),
    defineRoute({
      method: 'get',
      path: '/health/ready',
      summary: 'The database answers',
      access: 'anyone',
      responses: { 200: status },
      handler: async () => {
        await ping();
        return ok({ status: 'ok' });
      },
    }),
  ];
}
