import { setTimeout as sleep } from 'node:timers/promises';
import { spreadSeconds } from '../lib/retry-after';
import { UnavailableError } from '../problems/errors';
import type { ClientSession } from '../infra/mongo/mongo';
import type { Logger } from '../process/logger';
import { createCacheInForce } from './cache-in-force';
import { endingsOf, ofRemoved, ofScriptToken, ofSession, ofUser, type Ending, type Holder } from './endings';
import { FRESH_MS, SKEW_MS } from './limits';
import type { Notice } from './notice-model';
import { createNoticeReader, POST_MS } from './notice-reader';
import { CACHE, type NoticeRepository } from './notice-repository';

export type NoticeBoard = ReturnType<typeof createNoticeBoard>;

const POLL_MS = 250;
/** How often a post is repeated that took too long. */
const POSTS = 10;
/** Every so many looks also read pending notices, whose poster may have died after its commit. */
const LOOKS_PER_SWEEP = 20;
const PENDING_LIMIT = 1_000;
/** About 100 bytes each. If more are in force, MongoDB is asked about unknown ones. */
const MAX_KNOWN = 200_000;

/** Returns whether a notice refuses tokens of this version. */
const refuses = ({ least }: Pick<Ending, 'least'>, version: number) => version < (least ?? Infinity);

/**
 * Every worker reads the notices a few times a second. After FRESH_MS a posted notice is known to each worker, or the
 * worker knows that it may have missed some.
 */
export function createNoticeBoard(notices: NoticeRepository, logger: Logger) {
  const reader = createNoticeReader(notices);
  const followers: ((notice: Notice) => void)[] = [];
  const known = new Map<string, { until: number; least: number }>();
  /** Until when a notice is in force that did not fit into `known`. */
  let leftOutUntil = 0;
  const cache = createCacheInForce();
  /** When the last look began that succeeded. */
  let lookedAt = -Infinity;
  let looks = 0;
  let stopped = false;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function take({ _id: id, until: end, least, ...more }: Ending & Partial<Notice>): void {
    const until = end.getTime();
    const before = known.get(id);
    if (id === CACHE) {
      cache.take(more, lookedAt);
    } else if (!before && known.size >= MAX_KNOWN) {
      leftOutUntil = Math.max(leftOutUntil, until);
    } else {
      // An earlier form of a notice may be read after a later one.
      known.set(id, {
        until: Math.max(before?.until ?? 0, until),
        least: Math.max(before?.least ?? 0, least ?? Infinity),
      });
    }
  }

  function knownToRefuse(id: string, version: number): boolean {
    const notice = known.get(id);
    return notice !== undefined && refuses(notice, version);
  }

  async function askWhetherRevoked(holder: Holder): Promise<boolean> {
    const found = await notices.inForceAmong(endingsOf(holder));
    return found.some((notice) => refuses(notice, holder.authVersion ?? 0));
  }

  async function look(): Promise<void> {
    const startedAt = performance.now();
    await reader.readOn((notice) => {
      take(notice);
      for (const follow of followers) follow(notice);
    });
    lookedAt = startedAt;
    if (looks++ % LOOKS_PER_SWEEP > 0) return;
    (await notices.pending(PENDING_LIMIT)).forEach(take);
    for (const [id, { until }] of known) if (until + SKEW_MS < Date.now()) known.delete(id);
  }

  /** Resolves after a look that begins after this call; callers meanwhile share it. */
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
        logger.debug({ reason: error.message }, 'Reading the notices failed'),
      );
      await sleep(POLL_MS, undefined, { ref: false });
    }
  }

  const isFresh = () => performance.now() < lookedAt + FRESH_MS;

  /**
   * Repeats the post until one is quick enough for the readers' overlap.
   * @throws UnavailableError if none is: it is then unknown whether the workers have the notice
   */
  async function postInTime(post: () => Promise<void>): Promise<void> {
    for (let posts = 0; posts < POSTS; posts++) {
      const began = performance.now();
      await post();
      if (performance.now() - began < POST_MS) return;
    }
    throw new UnavailableError(
      'The database is too slow; the request may or may not have taken effect.',
      spreadSeconds(2),
    );
  }

  const lookIfStale = async () => {
    if (!isFresh()) await lookAfresh();
  };

  return {
    async start(): Promise<void> {
      await lookAfresh();
      void lookAgainAndAgain();
    },

    /** Calls `follow` for each notice that is read, for some of them several times. */
    follow: (follow: (notice: Notice) => void): void => void followers.push(follow),

    /**
     * Part of the entries' names; `undefined` if the cache must not be used now, since another worker may have written
     * something that Redis missed. Each time off ends with a new epoch, so older entries are never read again.
     */
    cacheEpoch: (): number | undefined => (isFresh() && !cache.isOff() ? cache.epoch() : undefined),

    /** The newest epoch known here, which may not be the newest of all. */
    knownEpoch: cache.epoch,

    /**
     * Await it before a write ends entries: afterwards `knownEpoch` and `reignInForce` are those of every worker that
     * uses the cache now or soon.
     */
    lookIfStale,

    /** Id of the reign of Redis that the cache uses; `undefined` if none was ever posted. */
    reignInForce: cache.reign,

    /** Reads the notices again, for what was posted before this call. */
    lookAfresh,

    /**
     * Resolves once every worker knows the epoch and the reign that this worker knows, or uses no cache: until then
     * some may still serve entries of those before.
     */
    settled: cache.settled,

    /**
     * Makes the cache use another reign of Redis, unless another worker was quicker. If one was in force, the cache is
     * off meanwhile: for so long that no worker uses that one any more when the first uses the new one.
     */
    async putInForce(newReign: string, before: string | undefined): Promise<void> {
      await postInTime(() => notices.postReign(newReign, before, before ? cache.end() : new Date(0)));
      await lookAfresh();
    },

    /**
     * Ends the use of all present entries on every worker. Resolves once no worker serves one: after FRESH_MS, or at
     * once if the cache was already off. A worker that has not read the notice yet ends entries under the old epoch; no
     * worker uses the new one until OFF_MS have passed since it read the notice.
     */
    async turnCacheOff(reason = 'Redis did not confirm a change'): Promise<void> {
      if (!cache.isOffLong()) {
        // A post that names no later time than another, which this worker does not know, would change nothing.
        await lookIfStale();
        let until = cache.end();
        await postInTime(() => notices.postCacheOff((until = cache.end())));
        cache.posted(until, lookedAt);
        logger.warn(`The cache is off for all workers: ${reason}`);
      }
      await cache.settled();
    },

    /** Posts in the caller's transaction; afterwards `announce` makes every worker refuse the tokens. */
    async post(endings: Ending[], session: ClientSession): Promise<void> {
      for (const ending of endings) await notices.post(ending, session);
    },

    /**
     * Resolves once this worker refuses the tokens, if the endings were committed. All others refuse them within
     * FRESH_MS, or ask MongoDB.
     */
    async announce(endings: Ending[]): Promise<void> {
      if (endings.length === 0) return;
      await postInTime(() => notices.announce(endings.map(({ _id }) => _id)));
      endings.forEach(take);
    },

    /** Posts in the caller's transaction; afterwards `revokedEverywhere` makes every worker refuse the tokens. */
    revoke: (userId: string, until: Date, session: ClientSession): Promise<void> =>
      notices.post({ _id: ofRemoved(userId), until }, session),

    /** Resolves once every worker refuses the user's tokens, if the revocation was committed. */
    async revokedEverywhere(userId: string): Promise<void> {
      await postInTime(() => notices.announce([ofRemoved(userId)]));
      await sleep(FRESH_MS);
    },

    /** Returns whether a token has ended. Asks MongoDB if this worker may have missed a notice: it never fails open. */
    isRevoked(holder: Holder): boolean | Promise<boolean> {
      if (!isFresh()) return askWhetherRevoked(holder);
      const { id, sessionId, scriptTokenId, authVersion = 0 } = holder;
      if (knownToRefuse(ofRemoved(id), authVersion) || knownToRefuse(ofUser(id), authVersion)) return true;
      if (sessionId !== undefined && knownToRefuse(ofSession(sessionId), authVersion)) return true;
      if (scriptTokenId !== undefined && knownToRefuse(ofScriptToken(scriptTokenId), authVersion))
        return true;
      return leftOutUntil + SKEW_MS < Date.now() ? false : askWhetherRevoked(holder);
    },

    stop: () => {
      stopped = true;
    },
  };
}
