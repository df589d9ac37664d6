import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession } from '../infra/mongo';
import type { Logger } from '../logger';
import type { NoticeRepository } from './notice-repository';

export type NoticeBoard = ReturnType<typeof createNoticeBoard>;

const POLL_MS = 250;
/** A worker whose last look is older than this neither serves from the cache nor trusts what it knows. */
const FRESH_MS = 1_000;
/** By how much the clocks of two hosts may differ. */
const SKEW_MS = 2_000;
/** A notice becomes visible at its transaction's end; the driver tries a commit for 120 s at the most. */
const COMMIT_MS = 150_000;
const LOOK_LIMIT = 10_000;
const CACHE_OFF = 'cache-off';
const revoked = (userId: string) => `revoked:${userId}`;

/**
 * Every worker looks at the notices a few times a second: what is posted is known to all of them after
 * FRESH_MS, or they know that they may have missed something.
 */
export function createNoticeBoard(notices: NoticeRepository, logger: Logger) {
  const known = new Map<string, number>();
  const cacheOff = { until: 0, inForceAt: 0 };
  let freshUntil = 0;
  let newest = 0;
  let stopped = false;

  async function look(): Promise<void> {
    const startedAt = performance.now();
    const found = await notices.changedSince(new Date(newest - COMMIT_MS), LOOK_LIMIT);
    for (const notice of found) {
      known.set(notice._id, notice.until.getTime());
      newest = Math.max(newest, notice.changedAt.getTime());
    }
    if (found.length < LOOK_LIMIT) freshUntil = startedAt + FRESH_MS;
    for (const [id, until] of known) if (until + SKEW_MS < Date.now()) known.delete(id);
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopped) {
      await look().catch((error: Error) => logger.debug({ reason: error.message }, 'No look at the notices'));
      await sleep(POLL_MS, undefined, { ref: false });
    }
  }

  const isFresh = () => performance.now() < freshUntil;

  return {
    async start(): Promise<void> {
      await look();
      void lookAgainAndAgain();
    },

    /** False where another worker may have written what the cache hasn't been told of. */
    cacheIsSafe: (): boolean => isFresh() && (known.get(CACHE_OFF) ?? 0) < Date.now(),

    /**
     * Ends the use of the cache on every worker until the entries that are there now have run out. Resolves
     * once no worker serves one of them any more: after FRESH_MS, at once where it was off already.
     */
    async turnCacheOff(entryLifeMs: number): Promise<void> {
      const needed = Date.now() + entryLifeMs + SKEW_MS;
      if (cacheOff.until < needed) {
        const before = cacheOff.until;
        // A little longer than needed, so that not every write of a long outage has to say it again.
        const until = needed + 5_000;
        await notices.post(CACHE_OFF, new Date(until));
        if (before < Date.now() + FRESH_MS + SKEW_MS) cacheOff.inForceAt = performance.now() + FRESH_MS;
        cacheOff.until = Math.max(cacheOff.until, until);
        known.set(CACHE_OFF, cacheOff.until);
        logger.warn('The cache is off for all workers: a change could not be told to Redis');
      }
      await sleep(Math.max(0, cacheOff.inForceAt - performance.now()));
    },

    /** Posts within a transaction; after it, `revokedEverywhere` waits until every worker refuses the tokens. */
    revoke: (userId: string, until: Date, session: ClientSession): Promise<void> =>
      notices.post(revoked(userId), until, session),

    revokedEverywhere: (): Promise<void> => sleep(FRESH_MS),

    /** Asks MongoDB itself where this worker may have missed something: never fails open. */
    isRevoked: (userId: string): boolean | Promise<boolean> =>
      isFresh() ? known.has(revoked(userId)) : notices.holds(revoked(userId)),

    stop: () => {
      stopped = true;
    },
  };
}
