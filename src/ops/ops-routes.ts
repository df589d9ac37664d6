import { Router, type Request, type RequestHandler, type Response } from 'express';
import { ForbiddenError, InvalidRequestError } from '../problems/errors';
import { answerOtherMethods } from '../http/routing/other-methods';
import type { Limit } from '../http/routing/limits';
import type { FailedJobs } from '../jobs/failed-jobs';
import type { Principal } from '../people/principal';
import type { EventHub } from './event-hub';
import type { Fleet } from './fleet';
import { opsPage } from './ops-page-routes';

export interface OpsOptions {
  hub: EventHub;
  fleet: Pick<Fleet, 'drain' | 'resume' | 'settleDeadLetters'>;
  failedJobs: FailedJobs;
  authenticate: (request: Request) => Promise<Principal>;
  /** Asks MongoDB, since a token holds the role at the time of the log-in. */
  isAdmin: (id: string) => Promise<boolean>;
  limit: Limit;
}

const NAME = /^api-\d{1,3}$/;
const JOB_ID = /^[0-9a-f]{24}$/;

function parameter(request: Request, name: string, pattern: RegExp): string {
  const value = request.params[name] as string;
  if (!pattern.test(value)) throw new InvalidRequestError(`params.${name} is malformed.`);
  return value;
}

/**
 * The live page and what it asks for. Outside of the OpenAPI document: it is for people who watch, and nothing
 * that tries every operation should take workers out.
 */
export function opsRoutes({ hub, fleet, failedJobs, authenticate, isAdmin, limit }: OpsOptions): Router {
  const router = Router({ strict: true, caseSensitive: true });
  opsPage(router);

  async function admit(request: Request, response: Response): Promise<Principal> {
    let user: Principal | undefined;
    try {
      user = await authenticate(request);
    } finally {
      await limit.request({}, user, request, response);
    }
    if (user.role !== 'Admin' || !(await isAdmin(user.id)))
      throw new ForbiddenError('This is for Admins alone.');
    return user;
  }

  const serve = (method: 'get' | 'post' | 'delete', path: string, handler: RequestHandler) => {
    const entry = router.route(path);
    entry[method](async (request, response, next) => {
      response.locals.path = path;
      await admit(request, response);
      response.set('Cache-Control', 'no-store');
      await handler(request, response, next);
    });
    answerOtherMethods(entry, method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]);
  };

  serve('get', '/ops/events', async (request, response) => {
    if (request.method === 'HEAD') return void response.type('text/event-stream').end();
    const mayStay = async () => isAdmin((await authenticate(request)).id);
    hub.add(response, mayStay);
  });
  serve('post', '/ops/workers/:name/drain', async (request, response) => {
    await fleet.drain(parameter(request, 'name', NAME));
    response.status(202).end();
  });
  serve('post', '/ops/workers/:name/resume', async (request, response) => {
    await fleet.resume(parameter(request, 'name', NAME));
    response.status(204).end();
  });
  serve('get', '/ops/failed-jobs', async (_request, response) => {
    response.json(await failedJobs.list());
  });
  serve('post', '/ops/failed-jobs/:jobId/retry', async (request, response) => {
    await failedJobs.retry(parameter(request, 'jobId', JOB_ID));
    response.status(202).end();
  });
  serve('delete', '/ops/failed-jobs/:jobId', async (request, response) => {
    await failedJobs.discard(parameter(request, 'jobId', JOB_ID));
    response.status(204).end();
  });
  serve('post', '/ops/dead-letters/retry', async (_request, response) => {
    response.json(await fleet.settleDeadLetters('retry'));
  });
  serve('delete', '/ops/dead-letters', async (_request, response) => {
    response.json(await fleet.settleDeadLetters('discard'));
  });
  return router;
}
