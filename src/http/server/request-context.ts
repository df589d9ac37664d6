import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from '../../process/logger';
import { loggedUrl } from './logged-url';
import type { RequestRecord } from './request-record';
import type { SlowRequests } from './slow-requests';

declare module 'express-serve-static-core' {
  interface Request {
    /** Finds it in the log; NGINX's, where it came through NGINX. */
    id: string;
    /** The client's, as far as proxies are trusted: `ip` works it out anew at each look. */
    address: string;
    /** Whose token it has, once that was found to hold. */
    userId?: string;
    /** How long its body took to come. */
    bodyMs?: number;
  }
}

interface ContextOptions {
  accessLog: Logger;
  record: RequestRecord;
  slow: SlowRequests;
  /** This worker's name for `X-Worker`, undefined where it isn't told. */
  worker: string | undefined;
  /** Whether pages of other origins use the API. */
  isShared: boolean;
}

/** NGINX sends an id of its own and drops a client's. */
const ID = /^[\w-]{8,64}$/;

/** Gives the request its id, the answer the headers that all have, and the log a line once it has ended. */
export function requestContext({
  accessLog,
  record,
  slow,
  worker,
  isShared,
}: ContextOptions): RequestHandler {
  const constant = Object.entries({
    ...securityHeaders(isShared),
    // NGINX compresses. On every answer: a 304 has the Vary of its 200, and no answer of an address lacks it.
    Vary: 'Accept-Encoding',
    ...(worker && { 'X-Worker': worker }),
  });

  return (request, response, next) => {
    const began = performance.now();
    const clocks = slow.begins(began);
    const given = request.headers['x-request-id'];
    request.id = typeof given === 'string' && ID.test(given) ? given : randomUUID();
    request.address = request.ip ?? '';
    response.setHeader('X-Request-Id', request.id);
    for (const [name, value] of constant) response.setHeader(name, value);
    response.once('close', () => {
      const ms = performance.now() - began;
      // As NGINX says it of a client that went away.
      const status = response.writableFinished ? response.statusCode : 499;
      const { path, isRefused = false } = response.locals as { path?: string; isRefused?: boolean };
      record(request.method, path, status, ms / 1_000, isRefused);
      const outcome = outcomeOf(status, response.writableFinished, isRefused);
      // The level may change while it runs.
      if (accessLog.isLevelEnabled(levelOf(outcome))) logLine(accessLog, request, status, ms, outcome);
      if (!isRefused && slow.isSlow(ms)) slow.tell(request, response, ms, clocks);
    });
    next();
  };
}

type Outcome = 'completed' | 'aborted' | 'refused' | 'failed';

function outcomeOf(status: number, isWhole: boolean, isRefused: boolean): Outcome {
  if (!isWhole) return 'aborted';
  if (isRefused) return 'refused';
  return status >= 500 ? 'failed' : 'completed';
}

/** Refusals come by the thousands: one `warn` line every 10 s sums them up (admission/refusal-log.ts). */
const levelOf = (outcome: Outcome) => (outcome === 'failed' ? 'error' : 'info');

/** Neither headers nor bodies: they hold tokens and passwords. */
function logLine(log: Logger, request: Request, statusCode: number, ms: number, outcome: Outcome): void {
  const { id, method, userId: user } = request;
  const url = loggedUrl(request.originalUrl);
  const line = { req: { id, method, url }, user, res: { statusCode }, responseTime: Math.round(ms) };
  log[levelOf(outcome)](line, `request ${outcome}`);
}

/** What an API needs of helmet (OWASP REST Security Cheat Sheet): the same on every answer, so it is asked once. */
function securityHeaders(isShared: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const recorder = {
    setHeader: (name: string, value: string) => (headers[name] = value),
    removeHeader: () => {},
  };
  // There is nothing here for a page to load or to frame.
  const directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };
  const middleware = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginResourcePolicy: { policy: isShared ? 'cross-origin' : 'same-origin' },
    // These speak of pages alone.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  middleware({} as Request, recorder as unknown as Response, (error) => {
    if (error) throw error as Error;
  });
  return headers;
}
