import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from '../../process/logger';
import { loggedUrl } from './logged-url';
import type { CountRequest } from './request-metrics';
import type { SlowRequests } from './slow-requests';

declare module 'express-serve-static-core' {
  interface Request {
    /** Request id for the log; NGINX's, if the request came through NGINX. */
    id: string;
    /** Address of the client, as far as proxies are trusted; cached, since `ip` is computed on each access. */
    address: string;
    /** Id of the authenticated user; unset until the token is verified. */
    userId?: string;
    /** Milliseconds until the whole body had arrived. */
    bodyMs?: number;
  }
}

interface ContextOptions {
  accessLog: Logger;
  countRequest: CountRequest;
  slow: SlowRequests;
  /** Name of this worker for `X-Worker`; undefined omits the header. */
  worker: string | undefined;
  /** True if pages of other origins may use the API. */
  isShared: boolean;
}

/** Accepted request ids. NGINX sends its own and drops the client's. */
const ID = /^[\w-]{8,64}$/;

/** Sets the request id and the headers common to all answers, and logs the request when it ends. */
export function requestContext({
  accessLog,
  countRequest,
  slow,
  worker,
  isShared,
}: ContextOptions): RequestHandler {
  const constant = Object.entries({
    ...securityHeaders(isShared),
    // On every answer, because NGINX compresses: a 304 needs the Vary of its 200.
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
      // NGINX's status for a client that disconnected.
      const status = response.writableFinished ? response.statusCode : 499;
      const { path, isRefused = false, isAnswer = false } = response.locals as Locals;
      countRequest(request.method, path, status, ms / 1_000, isRefused);
      const outcome = outcomeOf(status, response.writableFinished, { isRefused, isAnswer });
      // The log level may change at run time.
      if (accessLog.isLevelEnabled(levelOf(outcome))) logLine(accessLog, request, status, ms, outcome);
      if (!isRefused && slow.isSlow(ms)) slow.log(request, response, ms, clocks);
    });
    next();
  };
}

type Outcome = 'completed' | 'aborted' | 'refused' | 'failed';

interface Locals {
  path?: string;
  isRefused?: boolean;
  /** True if a 5xx is what was asked for: a probe of a process that drains. */
  isAnswer?: boolean;
}

function outcomeOf(
  status: number,
  isWhole: boolean,
  { isRefused, isAnswer }: Pick<Locals, 'isRefused' | 'isAnswer'>,
): Outcome {
  if (!isWhole) return 'aborted';
  if (isRefused) return 'refused';
  return status >= 500 && !isAnswer ? 'failed' : 'completed';
}

/** Refusals, which come by the thousands, are summed up in one `warn` line every 10 s (admission/refusal-log.ts). */
const levelOf = (outcome: Outcome) => (outcome === 'failed' ? 'error' : 'info');

/** Logs neither headers nor bodies, which contain tokens and passwords. */
function logLine(log: Logger, request: Request, statusCode: number, ms: number, outcome: Outcome): void {
  const { id, method, userId: user } = request;
  const url = loggedUrl(request.originalUrl);
  const line = { req: { id, method, url }, user, res: { statusCode }, responseTime: Math.round(ms) };
  log[levelOf(outcome)](line, `request ${outcome}`);
}

/** Returns helmet's headers for an API (OWASP REST Security Cheat Sheet), computed once: they are always the same. */
function securityHeaders(isShared: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const recorder = {
    setHeader: (name: string, value: string) => (headers[name] = value),
    removeHeader: () => {},
  };
  // The API has nothing for a page to load or to frame.
  const directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };
  const middleware = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginResourcePolicy: { policy: isShared ? 'cross-origin' : 'same-origin' },
    // These apply to HTML pages only.
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
