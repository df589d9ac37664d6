import express, { type Express, type Request } from 'express';
import { NotFoundError } from '../../problems/errors';
import { allowOrigins, type Origins } from './cors';
import { answerProblem, createErrorHandler } from '../routing/error-handler';
import type { Route } from '../routing/route';
import { addRoutes, type RouterOptions } from '../routing/router';
import { requestContext } from './request-context';
import { parseQuery } from '../routing/well-formed';
import type { CountRequest } from './request-metrics';
import type { SlowRequests } from './slow-requests';
import type { Logger } from '../../process/logger';
import { shortened } from '../../lib/shortened';
import { withoutTokens } from '../../lib/without-tokens';

/** Characters of an unknown path that the answer repeats. */
const MOST_ECHOED = 200;
/** Most trusted proxies in X-Forwarded-For. */
const MOST_PROXIES = 10;

interface AppOptions extends Omit<RouterOptions, 'answerProblem'> {
  routes: Route[];
  logger: Logger;
  accessLog: Logger;
  countRequest: CountRequest;
  slow: SlowRequests;
  /** Name of this worker for `X-Worker`; undefined omits the header. */
  worker: string | undefined;
  /** Express's `trust proxy`: proxies whose X-Forwarded-For is trusted. */
  trustProxy: string[];
  /** Origins whose pages may use the API; empty disables CORS. */
  corsOrigins: Origins;
  /** Called before any route. @throws AppError for a request that is not to be answered */
  guard?: (request: Request) => void;
  /** Returns whether an error means that MongoDB, Redis or RabbitMQ is unreachable. */
  isAway: (error: unknown) => boolean;
}

/** Bounds the number of proxies: a trusted one may pass on a client's header, and each address in it takes 10 µs. */
function trustProxies(app: Express, proxies: string[]): void {
  app.set('trust proxy', proxies);
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy', (address: string, hop: number) => hop < MOST_PROXIES && isTrusted(address, hop));
}

/** Creates the Express app; neither listens nor connects. */
export function createApp(options: AppOptions): Express {
  const { routes, logger, accessLog, countRequest, slow, worker, trustProxy, corsOrigins, guard, isAway } =
    options;
  const app = express();
  trustProxies(app, trustProxy);
  app.set('query parser', parseQuery);
  app.disable('x-powered-by');
  // The API makes its own tags, from versions and contents.
  app.disable('etag');
  const isShared = corsOrigins.length > 0;
  app.use(requestContext({ accessLog, countRequest, slow, worker, isShared }));
  if (isShared) app.use(allowOrigins(corsOrigins));
  if (guard) {
    app.use((request, _response, next) => {
      guard(request);
      next();
    });
  }
  addRoutes(app, routes, { ...options, answerProblem });
  app.use((request) => {
    throw new NotFoundError(
      `No route matches ${withoutTokens(shortened(request.path, MOST_ECHOED))}. See /docs/.`,
    );
  });
  app.use(createErrorHandler(isAway, logger));
  return app;
}
