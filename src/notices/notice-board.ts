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
/** How long the cache stays off after a change that Redis doesn't know of; and longer, so that not each has to say it. */
const OFF_MS = 5_000;
const OFF_MORE_MS = 5_000;
const revoked = (userId: string) => `revoked:${userId}`;

/**
 * Every worker looks at the notices a few times a second: what is posted is known to all of them after
 * FRESH_MS, or they know that they may have missed something.
 */
export function createNoticeBoard(notices: NoticeRepository, logger: Logger) {
  const known = new Map<string, number>();
  /** Until when the cache is off for all, as far as this worker knows, and as far as it said so itself. */
  let offUntil = 0;
  const ownOff = { until: 0, inForceAt: 0 };
  let freshUntil = 0;
  let newest = 0;
  let stopped = false;

  async function look(): Promise<void> {
    const startedAt = performance.now();
    const found = await notices.changedSince(new Date(newest - COMMIT_MS), LOOK_LIMIT);
    for (const notice of found) {
      known.set(notice._id, notice.until.getTime());
      if (notice.cacheOffUntil) offUntil = Math.max(offUntil, notice.cacheOffUntil.getTime());
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

    /**
     * Under which name entries are kept; undefined where they aren't to be used now, since another worker may
     * have written what the cache hasn't been told of. Whenever the cache was off, a new epoch follows: what
     * was there before is not read again.
     */
    cacheEpoch: (): number | undefined => (isFresh() && offUntil <= Date.now() ? offUntil : undefined),

    /** The newest that this worker has heard of, which may not be the newest there is. */
    knownEpoch: (): number => offUntil,

    /** Under which name a write has to end entries: that of every worker that uses the cache now or for a while. */
    async epochOfWrites(): Promise<number> {
      if (!isFresh()) await look();
      return offUntil;
    },

    /**
     * Ends the use of all entries that are there now, on every worker. Resolves once no worker serves one of
     * them any more: after FRESH_MS, at once where the cache was off already. A worker that hasn't heard of it
     * yet ends entries under the epoch before; nobody uses the new one until OFF_MS have passed.
     */
    async turnCacheOff(reason = 'a change could not be told to Redis'): Promise<void> {
      const needed = Date.now() + OFF_MS + SKEW_MS;
      if (ownOff.until < needed) {
        const before = ownOff.until;
        const until = needed + OFF_MORE_MS;
        await notices.postCacheOff(new Date(until));
        if (before < Date.now() + FRESH_MS + SKEW_MS) ownOff.inForceAt = performance.now() + FRESH_MS;
        ownOff.until = Math.max(ownOff.until, until);
        offUntil = Math.max(offUntil, ownOff.until);
        logger.warn(`The cache is off for all workers: ${reason}`);
      }
      await sleep(Math.max(0, ownOff.inForceAt - performance.now()));
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
