import type { RedisClient } from '../infra/redis/redis';
import type { NoticeBoard } from '../notices/notice-board';
import type { Era } from './cache-store';

/** What the cache reads and posts on the notice board. */
export type CacheBoard = Pick<
  NoticeBoard,
  'cacheEpoch' | 'knownEpoch' | 'lookIfStale' | 'lookAfresh' | 'reignInForce' | 'settled' | 'turnCacheOff'
>;

/**
 * Says in which era this worker may use the cache: that of the notice board, and only while this worker's own
 * connection leads to the Redis that the board names. Otherwise one worker could serve what another one ended in
 * another Redis.
 */
export function createEras({ redis, board }: { redis: Pick<RedisClient, 'reign'>; board: CacheBoard }) {
  const at = (epoch: number): Era | undefined => {
    const reign = redis.reign();
    return reign && { reign, epoch };
  };

  return {
    /** Returns the era of reads; `undefined` if this worker must not read from the cache now. */
    ofReads(): Era | undefined {
      const epoch = board.cacheEpoch();
      const era = epoch === undefined ? undefined : at(epoch);
      return era && board.reignInForce() === era.reign.id ? era : undefined;
    },

    /**
     * Returns the era in which a write ends entries.
     *
     * @throws if only another Redis can confirm it, or if the board cannot be read
     */
    async ofWrites(): Promise<Era> {
      await board.lookIfStale();
      // No worker uses the cache before a reign was posted. One that does so later loads what was written by now.
      if (board.reignInForce() === undefined) await board.lookAfresh();
      const era = at(board.knownEpoch());
      const inForce = board.reignInForce();
      if (!era || (inForce !== undefined && inForce !== era.reign.id))
        throw new Error('Redis is away, or is not the one that the cache uses');
      return era;
    },

    /** Returns an era that may no longer be in force. */
    lastKnown: (): Era | undefined => at(board.knownEpoch()),
  };
}
