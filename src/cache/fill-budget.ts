import { LRUCache } from 'lru-cache';
import type { RateLimiter } from '../infra/rate-limiter';

export type FillBudget = ReturnType<typeof createFillBudget>;

/**
 * Bytes that one caller's lists may add to Redis in the life of an entry. Varying words, bounds and page sizes, a
 * caller could otherwise push out everybody else's. It is 1/32 of the local Redis' 256 MB, about 500 pages of 20 tasks.
 */
export const FILL_BUDGET = 8_000_000;

/** Number of callers over their budget that a process remembers. */
const REMEMBERED = 10_000;

/** A caller over the budget is served from MongoDB until the window ends. */
export function createFillBudget(limiter: Pick<RateLimiter, 'count'>) {
  const over = new LRUCache<string, true>({ max: REMEMBERED });

  return {
    allows: (caller: string): boolean => !over.has(caller),

    /** Counts added bytes, after the fact: each worker may add one entry too many. */
    async spend(caller: string, bytes: number): Promise<void> {
      const { isOver, seconds } = await limiter.count(caller, bytes);
      if (isOver) over.set(caller, true, { ttl: seconds * 1_000 });
    },
  };
}
