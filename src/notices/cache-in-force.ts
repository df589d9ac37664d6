import { setTimeout as sleep } from 'node:timers/promises';
import { FRESH_MS, SKEW_MS } from './limits';
import type { Notice } from './notice-model';

/**
 * How long the cache stays off after a change that Redis may have missed: longer than a post and FRESH_MS together. And
 * a margin that saves repeated posts.
 */
const OFF_MS = 2_000;
const OFF_MORE_MS = 500;
/** Before a post would have to wait until the cache is off, another one is due. */
const EARLY_MS = 250;

/** Keeps what the notice about the cache says, as far as this worker knows. */
export function createCacheInForce() {
  /** Until when (ms since 1970) the cache is off for all workers. */
  let offUntil = 0;
  let reign: string | undefined;
  /** From when on every worker knows both, or uses no cache. */
  let settledAt = 0;

  const isOffFor = (ms: number) => offUntil >= Date.now() + ms;
  function set(until: number, newReign: string | undefined): void {
    const isNew = until > offUntil || newReign !== reign;
    // If it was off for longer than that, no worker uses it meanwhile.
    const wasUsed = !isOffFor(FRESH_MS + SKEW_MS);
    if (isNew && wasUsed && until > Date.now()) settledAt = performance.now() + FRESH_MS;
    offUntil = Math.max(offUntil, until);
    reign = newReign;
  }

  return {
    take: ({ cacheOffUntil, redisReign }: Pick<Notice, 'cacheOffUntil' | 'redisReign'>): void =>
      set(cacheOffUntil?.getTime() ?? 0, redisReign ?? undefined),
    /** Notes what this worker has posted. */
    posted: (until: Date): void => set(until.getTime(), reign),
    epoch: (): number => offUntil,
    isOff: (): boolean => isOffFor(1),
    /** Returns whether it is off for so long that no worker uses what another post would end. */
    isOffLong: (): boolean => isOffFor(FRESH_MS + SKEW_MS + EARLY_MS),
    reign: (): string | undefined => reign,
    settled: (): Promise<unknown> => sleep(Math.max(0, settledAt - performance.now())),
    /** Returns until when the cache is off if it is turned off now. */
    end: (): Date => new Date(Date.now() + OFF_MS + SKEW_MS),
    laterEnd: (): Date => new Date(Date.now() + OFF_MS + SKEW_MS + OFF_MORE_MS),
  };
}
