import type { Request, Response } from 'express';
import type { BusyClock } from '../../lib/busy-clock';
import type { Logger } from '../../process/logger';
import { loggedUrl } from './logged-url';

interface SlowRequestsOptions {
  /** From there on a request is slow; 0: none is. */
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

/** Of the last hashes that took long: those of a request that turns out slow are among them. */
const KEPT = 256;
/** What is shorter than this part of the threshold explains nothing. */
const PART = 20;

/**
 * Names requests that took long, and where the time went. Hashes are told with the request's id, since they are few
 * and long. MongoDB and Redis are told by clocks of the whole worker (AsyncLocalStorage would cost a cached read more
 * than everything else here), so under load other requests' commands count as well.
 */
export function createSlowRequests({ thresholdMs, clocks: { mongo, redis }, logger }: SlowRequestsOptions) {
  const hashes: Hashed[] = [];
  let next = 0;

  return {
    isSlow: (ms: number): boolean => thresholdMs > 0 && ms >= thresholdMs,

    /** What the clocks say when a request begins: for `tell`. */
    begins: (now: number) => ({ mongo: mongo.at(now), redis: redis.at(now) }),

    hashed(requestId: string, waitMs: number, workMs: number): void {
      if (thresholdMs === 0 || waitMs + workMs < thresholdMs / PART) return;
      hashes[next] = { requestId, waitMs, workMs };
      next = (next + 1) % KEPT;
    },

    tell(
      request: Request,
      response: Response,
      ms: number,
      { mongo: mongoBefore, redis: redisBefore }: { mongo: number; redis: number },
    ): void {
      // A stream is open for as long as somebody watches.
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
        ([part, of]) => [part, Math.round(of)] as const,
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
