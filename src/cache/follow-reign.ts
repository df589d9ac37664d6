import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { RedisClient } from '../infra/redis/redis';
import { CLUSTER_REFUSED } from '../infra/redis/reign';
import { backoffMs } from '../lib/backoff';
import type { NoticeBoard } from '../notices/notice-board';
import type { Logger } from '../process/logger';

interface FollowOptions {
  redis: Pick<RedisClient, 'reign' | 'reconnect' | 'known' | 'isCluster'>;
  board: Pick<NoticeBoard, 'reignInForce' | 'putInForce'>;
  logger: Logger;
  /** Clock in ms; tests have their own. */
  now?: () => number;
}

const TICK_MS = 100;
/** First and longest pause between attempts to get to the Redis that is in force. */
const RECONNECT_MS = { first: 250, most: 5_000, jitter: 0.25 };
/** The same between attempts to put one into force again that others have replaced. */
const INSIST_MS = { first: 15_000, most: 600_000, jitter: 0.25 };
const REMEMBERED = 100;

/**
 * Keeps an API worker on the Redis that all of them use. A primary that is new to this worker, as after a failover, is
 * put into force at once. One that was in force and was replaced is not: the worker connects anew, which leads it to
 * the new one. Workers that cannot get there, since their addresses lead to different servers, insist ever more
 * rarely; meanwhile those on the other server answer without the cache.
 */
export function followReign({ redis, board, logger, now = () => performance.now() }: FollowOptions) {
  /** Reigns that were replaced: how often, and from when on this worker may insist on them. */
  const replaced = new LRUCache<string, { times: number; until: number }>({ max: REMEMBERED });
  let lastInForce: string | undefined;
  let reconnects = 0;
  let reconnectAt = 0;
  let stopped = false;

  function noteReplaced(inForce: string | undefined): void {
    if (lastInForce !== undefined && lastInForce !== inForce) {
      const times = replaced.get(lastInForce)?.times ?? 0;
      replaced.set(lastInForce, { times: times + 1, until: now() + backoffMs(INSIST_MS, times) });
    }
    lastInForce = inForce;
  }

  function reconnectInTime(): void {
    if (now() < reconnectAt) return;
    reconnectAt = now() + backoffMs(RECONNECT_MS, reconnects++);
    redis.reconnect();
  }

  async function tick(): Promise<void> {
    const inForce = board.reignInForce();
    noteReplaced(inForce);
    const reign = redis.reign();
    if (!reign) return;
    if (reign.id === inForce) {
      reconnects = 0;
    } else if (now() < (replaced.get(reign.id)?.until ?? 0)) {
      reconnectInTime();
    } else {
      if (inForce) logger.warn({ reign: reign.id, before: inForce }, 'The cache moves to another Redis');
      await board.putInForce(reign.id, inForce);
      // Another worker may replace it before the next tick.
      noteReplaced(board.reignInForce());
    }
  }

  async function follow(): Promise<void> {
    while (!stopped) {
      await tick().catch((error: Error) =>
        logger.debug({ reason: error.message }, 'Putting a Redis into force failed'),
      );
      await sleep(TICK_MS, undefined, { ref: false });
    }
  }

  return {
    /**
     * @param isTrial true to change nothing
     * @throws Error if Redis is a cluster
     */
    async start(isTrial = false): Promise<void> {
      await redis.known();
      if (redis.isCluster()) throw new Error(CLUSTER_REFUSED);
      if (isTrial) return;
      await tick().catch(() => {});
      void follow();
    },
    tick,
    stop: () => {
      stopped = true;
    },
  };
}
