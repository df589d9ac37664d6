import type { IRouter, Request, RequestHandler, Response } from 'express';
import type { Principal } from '../principal';
import { timeLimits } from '../time-limits';
import { ForbiddenError, UnavailableError } from '../errors';
import { readBody } from './body';
import { preconditionOf } from './conditions';
import { announceDeprecation } from './deprecation';
import { requireAcceptable } from './negotiate';
import type { Limit } from './limits';
import { answerOtherMethods } from './other-methods';
import { idempotencyOf } from './idempotency-key';
import { send } from './reply';
import { stores, type Input, type Route } from './route';
import { validate } from './validate';

export interface RouterOptions {
  authenticate: (request: Request) => Promise<Principal>;
  limit: Limit;
  /** Writes to what has versions need `If-Match`. */
  requireIfMatch: boolean;
  /** @throws InsufficientStorageError if the database has no room for a write */
  requireRoom: () => void;
}

/** All routes of the features, on the app itself; whatever else is asked of a path that is there gets 405. */
export function addRoutes(app: IRouter, routes: Route[], options: RouterOptions): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const allowed = here.flatMap(({ method }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    const entry = app.route(path);
    for (const route of here) entry[route.method](...steps(route, options));
    answerOtherMethods(entry, allowed);
  }
}

/** authenticate → count → read the body → validate → handle: no byte of a body is read for a stranger. */
function steps(route: Route, options: RouterOptions): RequestHandler[] {
  const readers = readBody(route);
  const answer = (request: Request, response: Response) =>
    withinDeadline(handle(route, options, request, response));
  if (readers.length === 0) {
    return [
      async (request, response) => {
        await admit(route, options, request, response);
        await answer(request, response);
      },
    ];
  }
  return [
    async (request, response, next) => {
      await admit(route, options, request, response);
      next();
    },
    ...readers,
    answer,
  ];
}

/** Leaves the user in `locals`, and the route's path for the metrics. */
async function admit(
  route: Route,
  { authenticate, limit, requireRoom }: RouterOptions,
  request: Request,
  response: Response,
): Promise<void> {
  response.locals.path = route.path;
  announceDeprecation(route, response);
  let user: Principal | undefined;
  try {
    if (route.access !== 'anyone') user = await authenticate(request);
  } finally {
    // Who fails to authenticate is counted too, by the address.
    await limit.request(route, user, request, response);
  }
  requireAcceptable(route, request);
  if (route.access === 'Admin' && user?.role !== 'Admin')
    throw new ForbiddenError('This is for Admins alone.');
  if (stores(route)) requireRoom();
  response.locals.user = user;
}

async function handle(
  route: Route,
  { limit, requireIfMatch }: RouterOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const { params, query, body } = validate(route, request);
  if (route.limitedIf) await limit.body(route, body, request, response);
  // Neither a spread nor a getter: V8 makes a new shape for each such object, and they are garbage that lasts.
  const input: Input = {
    params,
    query,
    body,
    user: response.locals.user as never,
    url: request.originalUrl,
    requestId: request.id,
    address: request.address,
    precondition: route.conditional && preconditionOf(request, requireIfMatch && route.conditional === true),
    idempotency: route.idempotent && idempotencyOf(request),
  };
  await send(await route.handler(input), request, response);
}

async function withinDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // Made only when it is needed: an error takes its stack along, which costs as much as the rest of this.
    timer = setTimeout(
      () => reject(new UnavailableError('It took too long; whether it was done is not known.')),
      timeLimits.requestMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
