import { setTimeout as sleep } from 'node:timers/promises';
import { spreadSeconds } from '../lib/retry-after';
import { UnavailableError } from '../problems/errors';
import type { ClientSession } from '../infra/mongo/mongo';
import type { Logger } from '../process/logger';
import type { Notice } from './notice-model';
import { createNoticeReader, POST_MS } from './notice-reader';
import type { NoticeRepository } from './notice-repository';

export type NoticeBoard = ReturnType<typeof createNoticeBoard>;

const POLL_MS = 250;
/** A worker whose last look is older than this neither serves from the cache nor trusts what it knows. */
const FRESH_MS = 1_000;
/** By how much the clocks of two hosts may differ. */
const SKEW_MS = 2_000;
/** How often a post that took too long is done again. */
const POSTS = 10;
/** Every so many looks the pending notices are read too: those of a poster that died after its commit. */
const LOOKS_PER_SWEEP = 20;
const PENDING_LIMIT = 1_000;
/** About 100 bytes each. With more in force MongoDB is asked about what this worker does not know. */
const MAX_KNOWN = 200_000;
/** How long the cache stays off after a change that Redis doesn't know of; and longer, so that not each has to say it. */
const OFF_MS = 5_000;
const OFF_MORE_MS = 5_000;
const revoked = (userId: string) => `revoked:${userId}`;

/**
 * Every worker looks at the notices a few times a second: what is posted is known to all of them after
 * FRESH_MS, or they know that they may have missed something.
 */
export function createNoticeBoard(notices: NoticeRepository, logger: Logger) {
  const reader = createNoticeReader(notices);
  const known = new Map<string, number>();
  /** Until when a notice is in force that found no room in `known`. */
  let leftOutUntil = 0;
  /** Until when the cache is off for all, as far as this worker knows, and as far as it said so itself. */
  let offUntil = 0;
  const ownOff = { until: 0, inForceAt: 0 };
  let freshUntil = 0;
  let looks = 0;
  let stopped = false;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function take(notice: Notice): void {
    if (notice.cacheOffUntil) offUntil = Math.max(offUntil, notice.cacheOffUntil.getTime());
    else if (known.size < MAX_KNOWN || known.has(notice._id)) known.set(notice._id, notice.until.getTime());
    else leftOutUntil = Math.max(leftOutUntil, notice.until.getTime());
  }

  async function look(): Promise<void> {
    const startedAt = performance.now();
    await reader.readOn(take);
    freshUntil = startedAt + FRESH_MS;
    if (looks++ % LOOKS_PER_SWEEP > 0) return;
    (await notices.pending(PENDING_LIMIT)).forEach(take);
    for (const [id, until] of known) if (until + SKEW_MS < Date.now()) known.delete(id);
  }

  /** A look that begins after this call: the one that follows the one under way, for all who ask meanwhile. */
  function lookAfresh(): Promise<void> {
    if (!running) return (running = look().finally(() => (running = undefined)));
    return (following ??= running
      .catch(() => {})
      .then(() => {
        following = undefined;
        return lookAfresh();
      }));
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopped) {
      await lookAfresh().catch((error: Error) =>
        logger.debug({ reason: error.message }, 'No look at the notices'),
      );
      await sleep(POLL_MS, undefined, { ref: false });
    }
  }

  const isFresh = () => performance.now() < freshUntil;

  /**
   * Posts until it was quick enough for the readers' overlap.
   * @throws UnavailableError if MongoDB never is: whether the workers know of it is then unknown
   */
  async function postInTime(post: () => Promise<void>): Promise<void> {
    for (let posts = 0; posts < POSTS; posts++) {
      const began = performance.now();
      await post();
      if (performance.now() - began < POST_MS) return;
    }
    throw new UnavailableError(
      'The database is too slow; whether it was done is not known.',
      spreadSeconds(2),
    );
  }

  return {
    async start(): Promise<void> {
      await lookAfresh();
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
      if (!isFresh()) await lookAfresh();
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
        await postInTime(() => notices.postCacheOff(new Date(until)));
        if (before < Date.now() + FRESH_MS + SKEW_MS) ownOff.inForceAt = performance.now() + FRESH_MS;
        ownOff.until = Math.max(ownOff.until, until);
        offUntil = Math.max(offUntil, ownOff.until);
        logger.warn(`The cache is off for all workers: ${reason}`);
      }
      await sleep(Math.max(0, ownOff.inForceAt - performance.now()));
    },

    /** Posts within a transaction; after it, `revokedEverywhere` makes every worker refuse the tokens. */
    revoke: (userId: string, until: Date, session: ClientSession): Promise<void> =>
      notices.post(revoked(userId), until, session),

    /** Resolves once every worker refuses the user's tokens, if their revocation was committed. */
    async revokedEverywhere(userId: string): Promise<void> {
      await postInTime(() => notices.announce(revoked(userId)));
      await sleep(FRESH_MS);
    },

    /** Asks MongoDB itself if this worker may have missed something: never fails open. */
    isRevoked(userId: string): boolean | Promise<boolean> {
      const id = revoked(userId);
      const isSure = leftOutUntil + SKEW_MS < Date.now() || known.has(id);
      return isFresh() && isSure ? known.has(id) : notices.holds(id);
    },

    stop: () => {
      stopped = true;
    },
  };
}
