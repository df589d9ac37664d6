import { LRUCache } from 'lru-cache';
import type { RateLimiter } from '../infra/rate-limiter';

export type FillBudget = ReturnType<typeof createFillBudget>;

/**
 * Bytes that the lists of one caller may add to Redis in the life of an entry: with other words, bounds and page sizes
 * one caller can ask for any number of lists, which would push those of all others out. 1/32 of the 256 MB of the
 * local Redis; about 500 pages of 20 tasks.
 */
export const FILL_BUDGET = 8_000_000;

/** How many callers over their budget a process remembers. */
const REMEMBERED = 10_000;

/** A caller over the budget is answered as before, from MongoDB, until its window ends. */
export function createFillBudget(limiter: Pick<RateLimiter, 'count'>) {
  const over = new LRUCache<string, true>({ max: REMEMBERED });

  return {
    allows: (caller: string): boolean => !over.has(caller),

    /** Counts what was added; so each worker may add one entry too many. */
    async spend(caller: string, bytes: number): Promise<void> {
      const { isOver, seconds } = await limiter.count(caller, bytes);
      if (isOver) over.set(caller, true, { ttl: seconds * 1_000 });
    },
  };
}
