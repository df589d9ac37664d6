import express, { type Express } from 'express';
import { NotFoundError } from '../../problems/errors';
import type { Health } from '../../health/health';
import { allowOrigins, type Origins } from './cors';
import { docsPage } from '../pages/docs/docs-page';
import { answerProblem, createErrorHandler } from '../routing/error-handler';
import { healthPage } from '../../health/health-page';
import { landingPage } from '../pages/landing-page';
import { metricsPage, type MetricsText } from '../../metrics/metrics-page';
import type { Route } from '../routing/route';
import { addRoutes, type RouterOptions } from '../routing/router';
import { requestContext } from './request-context';
import { servingPage } from './serving-page';
import { parseQuery } from '../routing/well-formed';
import type { RequestRecord } from './request-record';
import type { SlowRequests } from './slow-requests';
import { opsRoutes, type OpsOptions } from '../../ops/ops-routes';
import type { Logger } from '../../process/logger';
import { shortened } from '../../lib/shortened';

/** Characters of an unknown path that the answer repeats. */
const MOST_ECHOED = 200;
/** Trusted proxies in a row, as X-Forwarded-For lists them. */
const MOST_PROXIES = 10;

interface AppOptions extends Omit<RouterOptions, 'answerProblem'> {
  routes: Route[];
  ops: Omit<OpsOptions, 'authenticate' | 'limit'>;
  logger: Logger;
  accessLog: Logger;
  record: RequestRecord;
  slow: SlowRequests;
  metrics: MetricsText;
  health: Health;
  /** Whether NGINX is to ask the others; false where nobody can tell. */
  isDraining?: () => boolean;
  /** This worker's name for `X-Worker`, undefined where it isn't told. */
  worker: string | undefined;
  /** Express's `trust proxy`: whose X-Forwarded-For is believed. */
  trustProxy: string[];
  /** Whose pages may use the API from a browser; none where it is empty. */
  corsOrigins: Origins;
  /** Whether an error says that a server behind is away. */
  isAway: (error: unknown) => boolean;
}

/** Bounded: a trusted proxy may hand on a client's header, and each address in it takes 10 µs. */
function trustProxies(app: Express, proxies: string[]): void {
  app.set('trust proxy', proxies);
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy', (address: string, hop: number) => hop < MOST_PROXIES && isTrusted(address, hop));
}

/** The HTTP side of the API; neither listens nor connects. */
export function createApp(options: AppOptions): Express {
  const {
    routes,
    logger,
    accessLog,
    record,
    slow,
    metrics,
    health,
    worker,
    trustProxy,
    corsOrigins,
    isAway,
  } = options;
  const app = express();
  trustProxies(app, trustProxy);
  app.set('query parser', parseQuery);
  app.disable('x-powered-by');
  // Tags are of versions and of what an answer says; those of Express know neither.
  app.disable('etag');
  const isShared = corsOrigins.length > 0;
  app.use(requestContext({ accessLog, record, slow, worker, isShared }));
  if (isShared) app.use(allowOrigins(corsOrigins));
  app.use(healthPage(health));
  addRoutes(app, routes, { ...options, answerProblem });
  app.use(metricsPage(metrics));
  app.use(servingPage(options.isDraining ?? (() => false)));
  app.use(opsRoutes({ ...options, ...options.ops }));
  app.use(docsPage());
  app.use(landingPage(health));
  app.use((request) => {
    throw new NotFoundError(
      `Nothing is served at ${shortened(request.path, MOST_ECHOED)}; /docs/ shows what is.`,
    );
  });
  app.use(createErrorHandler(isAway, logger));
  return app;
}
