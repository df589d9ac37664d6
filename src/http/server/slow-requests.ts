import type { Request, Response } from 'express';
import type { BusyClock } from '../../lib/busy-clock';
import type { Logger } from '../../process/logger';
import { loggedUrl } from './logged-url';

interface SlowRequestsOptions {
  /** Requests slower than this are logged; 0 disables the log. */
  thresholdMs: number;
  clocks: Record<'mongo' | 'redis', BusyClock>;
  logger: Logger;
}

export type SlowRequests = ReturnType<typeof createSlowRequests>;

interface Hashed {
  requestId: string;
  waitMs: number;
  workMs: number;
}

/** Slow hashes that are remembered, so that a slow request finds its own among them. */
const KEPT = 256;
/** Hashes shorter than 1/20 of the threshold explain nothing and are not remembered. */
const PART = 20;

/**
 * Logs slow requests and how their time was spent. Hashes, few and long, are attributed by request id. Time in MongoDB and
 * Redis comes from clocks of the whole worker, so under load it includes commands of other requests: AsyncLocalStorage
 * would cost a cached read more than everything else here.
 */
export function createSlowRequests({ thresholdMs, clocks: { mongo, redis }, logger }: SlowRequestsOptions) {
  const hashes: Hashed[] = [];
  let next = 0;

  return {
    isSlow: (ms: number): boolean => thresholdMs > 0 && ms >= thresholdMs,

    /** Reads the clocks when a request begins, for `log`. */
    begins: (now: number) => ({ mongo: mongo.at(now), redis: redis.at(now) }),

    hashed(requestId: string, waitMs: number, workMs: number): void {
      if (thresholdMs === 0 || waitMs + workMs < thresholdMs / PART) return;
      hashes[next] = { requestId, waitMs, workMs };
      next = (next + 1) % KEPT;
    },

    log(
      request: Request,
      response: Response,
      ms: number,
      { mongo: mongoBefore, redis: redisBefore }: { mongo: number; redis: number },
    ): void {
      // A stream stays open for as long as its client watches.
      if (response.getHeader('content-type') === 'text/event-stream') return;
      const now = performance.now();
      const hash = hashes.find(({ requestId }) => requestId === request.id);
      const spent = {
        body: request.bodyMs ?? 0,
        hashWait: hash?.waitMs ?? 0,
        hash: hash?.workMs ?? 0,
        mongo: mongo.at(now) - mongoBefore,
        redis: redis.at(now) - redisBefore,
      };
      const known = Object.values(spent).reduce((sum, part) => sum + part, 0);
      const rounded = Object.entries({ ...spent, other: Math.max(0, ms - known) }).map(
        ([part, partMs]) => [part, Math.round(partMs)] as const,
      );
      logger.warn(
        {
          req: { id: request.id, method: request.method, url: loggedUrl(request.originalUrl) },
          user: request.userId,
          route: (response.locals.path as string | undefined) ?? 'none',
          res: { statusCode: response.statusCode },
          ms: Math.round(ms),
          spent: Object.fromEntries(rounded),
        },
        'slow request',
      );
    },
  };
}
