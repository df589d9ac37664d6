import { setTimeout as sleep } from 'node:timers/promises';
import { FRESH_MS, SKEW_MS } from './limits';
import type { Notice } from './notice-model';

/**
 * How long a worker keeps the cache off after it learned of a change that Redis may have missed: longer than a post and
 * FRESH_MS together, so that all others know of it by then. The rest saves repeated posts.
 */
const OFF_MS = 3_000;
/** Before a post would have to wait until the cache is off, another one is due. */
const EARLY_MS = 250;
/** A worker that starts takes a notice for new that is younger than this: its clock may be wrong. */
const MAYBE_NEW_MS = 600_000;

/** Keeps what the notice about the cache says, as far as this worker knows. Times are those of performance.now(). */
export function createCacheInForce() {
  /** The latest time (ms since 1970) that a notice names. It only distinguishes notices: clocks of hosts differ. */
  let epoch = 0;
  let reign: string | undefined;
  /** Until when this worker does not use the cache. */
  let offTill = -Infinity;
  /** Until when surely no worker uses it. */
  let offForAllTill = -Infinity;
  /** From when on every worker knows epoch and reign, or uses no cache. */
  let settledAt = -Infinity;

  const isOffForAll = (ms: number) => offForAllTill >= performance.now() + ms;

  /** @param unknownAt when this worker began its last look that did not find the notice; -Infinity: it never looked */
  function set(until: number, newReign: string | undefined, unknownAt: number): void {
    // Nobody uses the cache before a first reign.
    const isNew = until > epoch || (reign !== undefined && newReign !== reign);
    const isFirstLook = unknownAt === -Infinity;
    if (isNew && (!isFirstLook || until > Date.now() - MAYBE_NEW_MS)) {
      const now = performance.now();
      // Otherwise no worker uses it meanwhile.
      if (!isOffForAll(FRESH_MS)) settledAt = now + FRESH_MS;
      offTill = now + OFF_MS;
      // No worker learned of it earlier.
      offForAllTill = Math.max(offForAllTill, unknownAt + OFF_MS);
    }
    epoch = Math.max(epoch, until);
    reign = newReign;
  }

  return {
    take: (
      { cacheOffUntil, redisReign }: Pick<Notice, 'cacheOffUntil' | 'redisReign'>,
      unknownAt: number,
    ): void => set(cacheOffUntil?.getTime() ?? 0, redisReign ?? undefined, unknownAt),
    /** Notes what this worker has posted. */
    posted: (until: Date, unknownAt: number): void => set(until.getTime(), reign, unknownAt),
    epoch: (): number => epoch,
    isOff: (): boolean => performance.now() < offTill,
    /** Returns whether it is off for so long that no worker uses what another post would end. */
    isOffLong: (): boolean => isOffForAll(FRESH_MS + EARLY_MS),
    reign: (): string | undefined => reign,
    settled: (): Promise<unknown> => sleep(Math.max(0, settledAt - performance.now())),
    /**
     * Returns the time that a post must name to turn the cache off now: later than all before, even if the clock of
     * another poster is ahead. Former releases keep the cache off until then.
     */
    end: (): Date => new Date(Math.max(Date.now() + OFF_MS + SKEW_MS, epoch + 1)),
  };
}
