import { Router, type IRouter, type Request, type RequestHandler, type Response, type IRoute } from 'express';
import type { Principal } from '../../people/principal';
import { timeLimits } from '../../config/time-limits';
import { AppError, ForbiddenError, UnavailableError, MethodNotAllowedError } from '../../problems/errors';
import { readBody } from './body';
import { preconditionOf } from './conditions';
import { send } from './reply';
import { preferredType, requireAcceptable } from './negotiate';
import type { Admission } from '../../admission/admission';
import { requireWithin } from '../../lib/deadline';
import { spreadSeconds } from '../../lib/retry-after';
import { networkOf } from '../../lib/client-address';
import type { Limit } from './limits';
import { idempotencyOf } from './idempotency-key';
import { stores, type Input, type Route } from './route';
import { validate } from './validate';

/** Answers the other methods of a known path: OPTIONS with the allowed ones, the rest with 405. */
function answerOtherMethods(entry: IRoute, allowed: string[], countedAs = entry.path): void {
  entry.options((_request, response) => {
    response.locals.path ??= countedAs;
    response.set('Allow', allowed.join(', ')).status(204).end();
  });
  entry.all((request, response) => {
    response.locals.path ??= countedAs;
    throw new MethodNotAllowedError(request.method, allowed);
  });
}

export interface RouterOptions {
  authenticate: (request: Request) => Promise<Principal>;
  /** Called before a request is handled that waited, or whose body took a while. @throws UnauthenticatedError */
  stillInForce: (user: Principal) => Promise<void>;
  limit: Limit;
  admission: Pick<Admission, 'read' | 'work'>;
  /** Called before a body is read. @throws OverloadError if a password of this client would wait too long */
  admitPassword: (request: Request, response: Response) => Promise<void> | undefined;
  /** If true, writes to versioned resources need `If-Match`. */
  requireIfMatch: boolean;
  /** @throws InsufficientStorageError if the database has no disk space for a write */
  requireRoom: () => void;
  answerProblem: (problem: AppError, request: Request, response: Response) => void;
}

/** Adds all routes to the app; other methods of a known path get 405. */
export function addRoutes(app: IRouter, routes: Route[], options: RouterOptions): void {
  const hidden = Router({ strict: true, caseSensitive: true });
  // On the app itself: a nested router would cost each request another match.
  addTo(
    app,
    routes.filter(({ document }) => document !== false),
    options,
  );
  addTo(
    hidden,
    routes.filter(({ document }) => document === false),
    options,
  );
  app.use(hidden);
}

function addTo(router: IRouter, routes: Route[], options: RouterOptions): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const allowed = here.flatMap(({ method }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    const entry = router.route(path);
    for (const route of here) entry[route.method](...steps(route, options));
    answerOtherMethods(entry, allowed, here[0]!.countedAs);
  }
}

/** authenticate → admit → count → read the body → validate → handle: no body is read before authentication. */
function steps(route: Route, options: RouterOptions): RequestHandler[] {
  const readers = readBody(route);
  const answer = (request: Request, response: Response) =>
    requireWithin(handle(route, options, request, response), timeLimits.requestMs, tooLate);
  if (readers.length === 0) {
    return [
      async (request, response) => {
        if (await isAdmitted(route, options, request, response)) await answer(request, response);
      },
    ];
  }
  return [
    async (request, response, next) => {
      if (await isAdmitted(route, options, request, response)) next();
    },
    ...readers,
    answer,
  ];
}

/**
 * Answers a refusal itself: Express would search all following routes for an error handler, which takes as long as the
 * rest of the refusal.
 */
async function isAdmitted(
  route: Route,
  options: RouterOptions,
  request: Request,
  response: Response,
): Promise<boolean> {
  try {
    await admit(route, options, request, response);
    return !isGone(request, response);
  } catch (error) {
    if (!(error instanceof AppError && error.isRefusal)) throw error;
    options.answerProblem(error, request, response);
    return false;
  }
}

/** Stores the user, since when they are known, and the route's path (for the metrics) in `response.locals`. */
async function admit(
  route: Route,
  { authenticate, limit, admission, admitPassword, requireRoom }: RouterOptions,
  request: Request,
  response: Response,
): Promise<void> {
  response.locals.path = route.countedAs ?? route.path;
  // First, so that a refusal is cheap: it asks neither Redis nor MongoDB and counts into no limit.
  if (route.hashesPassword) await admitPassword(request, response);
  announceDeprecation(route, response);
  let user: Principal | undefined;
  try {
    if (route.access !== 'anyone') user = await authenticate(request);
    response.locals.authenticatedAt = performance.now();
  } catch (error) {
    // Failed authentication also counts, by address.
    await limit.request(route, undefined, request, response);
    throw error;
  }
  if (stores(route)) requireRoom();
  const leave = await enter(route, admission, user, request, response);
  if (leave) onceOver(request, response, leave);
  // After admission, so that a refusal for overload does not ask Redis.
  await limit.request(route, user, request, response);
  requireAcceptable(route, request);
  if (route.access === 'Admin' && user?.role !== 'Admin')
    throw new ForbiddenError('Only Admins may do this.');
  if (route.sessionOnly && user?.scriptTokenId !== undefined)
    throw new ForbiddenError(
      'The token of a script may not do this. Log in, and send the token of the log-in.',
      'insufficient_scope',
    );
  response.locals.user = user;
}

/** Waits for admission. Service routes are exempt; those that hash passwords have their own queue. */
function enter(
  route: Route,
  admission: RouterOptions['admission'],
  user: Principal | undefined,
  request: Request,
  response: Response,
): (() => void) | undefined | Promise<() => void> {
  if (route.limit === 'none' || route.tag === 'Service' || route.hashesPassword) return undefined;
  const key = user?.id ?? networkOf(request.address);
  const isRead = route.method === 'get';
  if (isRead && !route.uncached) return admission.read(key);
  const of = isRead ? 'uncached' : route.upload ? 'upload' : 'write';
  return admission.work(of, route.id, key, () => isGone(request, response));
}

const isGone = ({ socket }: Request, response: Response): boolean => response.closed || socket.destroyed;

/**
 * Calls `end` once the answer is over, or now if it already is. Of several pipelined responses, Node reports a closed
 * connection only to the current one, so the others listen to the connection itself.
 */
function onceOver(request: Request, response: Response, end: () => void): void {
  if (isGone(request, response)) return end();
  if (response.socket) return void response.once('close', end);
  const { socket } = request;
  const over = () => {
    response.off('close', over);
    socket.off('close', over);
    end();
  };
  response.once('close', over);
  socket.once('close', over);
}

async function handle(
  route: Route,
  { limit, requireIfMatch, stillInForce }: RouterOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const { user, authenticatedAt } = response.locals as { user?: Principal; authenticatedAt: number };
  if (user && performance.now() - authenticatedAt > SOON_MS) await stillInForce(user);
  const { params, query, body } = validate(route, request);
  if (route.offers) response.vary('Accept');
  if (route.limitedIf) await limit.body(route, body, request, response);
  // No spread and no getter: V8 would make a new shape for each such object, which is garbage that lasts.
  const input: Input = {
    params,
    query,
    body,
    user,
    url: request.originalUrl,
    type: route.offers && preferredType(route.offers, request),
    requestId: request.id,
    address: request.address,
    userAgent: request.headers['user-agent'],
    precondition: route.conditional && preconditionOf(request, requireIfMatch && route.conditional === true),
    idempotency: route.idempotent && idempotencyOf(request),
  };
  await send(await route.handler(input), request, response);
}

/** So soon after the authentication it needs no second look. */
const SOON_MS = 100;

const tooLate = () =>
  new UnavailableError('The request timed out; it may or may not have taken effect.', spreadSeconds(1));

const startOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** Sets `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link to the replacement on every answer of the route. */
function announceDeprecation({ deprecated }: Pick<Route, 'deprecated'>, response: Response): void {
  if (!deprecated) return;
  response.set('Deprecation', `@${startOf(deprecated.since).getTime() / 1_000}`);
  response.set('Sunset', startOf(deprecated.sunset).toUTCString());
  response.append('Link', `<${deprecated.link}>; rel="deprecation"; type="text/html"`);
}
