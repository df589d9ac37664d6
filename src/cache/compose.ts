import type { Admission } from '../admission/admission';
import type { Config } from '../config';
import type { Metrics } from '../infra/metrics';
import type { RateLimiters } from '../infra/rate-limiter';
import type { RedisClient } from '../infra/redis/redis';
import type { NoticeBoard } from '../notices/notice-board';
import { createCacheMetrics, type CacheEvent } from './cache-metrics';
import { createFillBudget, FILL_BUDGET } from './fill-budget';
import { createResponseCache } from './response-cache';

interface CacheDeps {
  metrics: Metrics;
  redis: RedisClient | undefined;
  board: NoticeBoard;
  rateLimiter: RateLimiters;
  admission: Admission;
  /** Called for each event of a whole answer. */
  onEvent: (event: CacheEvent) => void;
}

/** Builds the read-through cache of an API worker. */
export function composeCache(
  { cacheTtlSeconds: seconds, keyPrefix: prefix }: Pick<Config, 'cacheTtlSeconds' | 'keyPrefix'>,
  { metrics, redis, board, rateLimiter, admission, onEvent }: CacheDeps,
) {
  const count = createCacheMetrics(metrics);
  return createResponseCache({
    redis,
    board,
    prefix,
    entryLifeMs: seconds * 1_000,
    budget: createFillBudget(rateLimiter({ name: 'cache', points: FILL_BUDGET, seconds })),
    enter: (of, caller) => admission.work('uncached', of, caller),
    count: (of, event, size) => {
      count(of, event, size);
      // An assignee is a part of an answer; the live page counts whole answers.
      if (of !== 'person') onEvent(event);
    },
  });
}
