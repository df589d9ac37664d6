import path from 'node:path';
import type { Request } from 'express';
import { z } from 'zod';
import type { Caller } from '../audit/audit-event';
import { PLACE_PATH } from '../hosts/ask-nginx';
import { pageRoutes, SESSION_MODULE } from '../http/pages/page-files';
import { ok, type Reply } from '../http/routing/reply';
import { defineHiddenRoute, type Route } from '../http/routing/route';
import type { FailedJobs } from '../jobs/failed-jobs';
import type { Principal } from '../people/principal';
import { ForbiddenError } from '../problems/errors';
import type { EventHub } from './event-hub';
import type { Fleet } from './fleet';
import type { Action, ChangeWorker } from './orders/change-worker';

export interface OpsOptions {
  hub: EventHub;
  fleet: Pick<Fleet, 'settleDeadLetters'>;
  change: ChangeWorker;
  /** Which host this is, and whether this worker serves. */
  place: () => { place: string; serving: boolean };
  failedJobs: FailedJobs;
  authenticate: (request: Request) => Promise<Principal>;
  /** Asks MongoDB, since a token holds the role at the time of the log-in. */
  isAdmin: (id: string) => Promise<boolean>;
}

const MODULES = [
  'dom',
  'stream',
  'workers',
  'shown',
  'hosts',
  'card',
  'job-worker-card',
  'lanes',
  'refusals',
  'scaling',
  'notices',
  'jobs',
];

const page = (): Route[] =>
  pageRoutes({
    folder: path.join(__dirname, 'page'),
    files: {
      '/ops': 'ops.html',
      '/ops/ops.css': 'ops.css',
      '/ops/ops.js': 'ops.mjs',
      '/ops/session.mjs': SESSION_MODULE,
      ...Object.fromEntries(MODULES.map((name) => [`/ops/${name}.mjs`, `${name}.mjs`])),
    },
    // The page holds an Admin's token: no text that users wrote may run as a script.
    allows: { 'require-trusted-types-for': "'script'" },
  });

const parameter = (pattern: RegExp) => z.string().regex(pattern, 'is malformed');
const name = parameter(/^api-\d{1,3}$/);
const worker = z.strictObject({ name });
/** `HOST`, or `HOST@PLACE` if two hosts may have the name. */
const elsewhere = z.strictObject({
  host: parameter(/^[A-Za-z0-9][\w.-]{0,62}(@[\w-]{1,20})?$/),
  name,
});
const failedJob = z.strictObject({ jobId: parameter(/^[0-9a-f]{24}$/) });

/**
 * Declares the live page and its requests. They are not in the OpenAPI document: clients that try every operation
 * must not take workers out.
 */
export function opsRoutes({
  hub,
  fleet,
  change,
  place,
  failedJobs,
  authenticate,
  isAdmin,
}: OpsOptions): Route[] {
  function route<P = undefined>(
    method: Route['method'],
    place: string,
    params: z.ZodType<P> | undefined,
    handler: (params: P, origin: Caller) => Promise<Reply>,
  ): Route {
    return defineHiddenRoute<'Admin', P>({
      method,
      path: place,
      access: 'Admin',
      sessionOnly: true,
      limit: undefined,
      params,
      handler: async (input) => {
        if (!(await isAdmin(input.user.id))) throw new ForbiddenError('This is for Admins alone.');
        return handler(input.params, input);
      },
    });
  }
  const done = (status: 202 | 204) => (): Reply => ({ status });

  const changes = (action: Action, status: 202 | 204) => [
    route('post', `/ops/workers/:name/${action}`, worker, (params, origin) =>
      change(action, { worker: params.name }, origin).then(done(status)),
    ),
    route('post', `/ops/workers/:host/:name/${action}`, elsewhere, (params, origin) => {
      const [host, place] = params.host.split('@');
      return change(action, { host, place, worker: params.name }, origin).then(done(status));
    }),
  ];

  const events: Reply = {
    status: 200,
    stream: {
      type: 'text/event-stream',
      write: (request, response) =>
        hub.add(response, async (isThorough) => {
          const { id } = await authenticate(request);
          return !isThorough || isAdmin(id);
        }),
    },
  };

  return [
    ...page(),
    defineHiddenRoute({
      path: PLACE_PATH,
      handler: async () => ({ ...ok(place()), headers: { 'Cache-Control': 'no-store' } }),
    }),
    route('get', '/ops/events', undefined, async () => events),
    ...changes('drain', 202),
    ...changes('resume', 204),
    route('get', '/ops/failed-jobs', undefined, async () => ok(await failedJobs.list())),
    route('post', '/ops/failed-jobs/:jobId/retry', failedJob, ({ jobId }) =>
      failedJobs.retry(jobId).then(done(202)),
    ),
    route('delete', '/ops/failed-jobs/:jobId', failedJob, ({ jobId }) =>
      failedJobs.discard(jobId).then(done(204)),
    ),
    route('post', '/ops/dead-letters/retry', undefined, async () =>
      ok(await fleet.settleDeadLetters('retry')),
    ),
    route('delete', '/ops/dead-letters', undefined, async () => ok(await fleet.settleDeadLetters('discard'))),
  ];
}
