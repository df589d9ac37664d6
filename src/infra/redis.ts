import { Redis } from 'ioredis';
import type { Logger } from '../logger';

export type RedisCache = ReturnType<typeof connectRedis>;

/** A cache that takes longer than this is no help; the caller goes on without it. */
const COMMAND_MS = 100;

/**
 * The few commands the cache needs. Every one of them fails at once while Redis is away (nothing is queued
 * or sent again) and after 100 ms while it is frozen.
 */
export function connectRedis(url: string, logger: Logger) {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_MS,
    connectTimeout: 500,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  let down = false;
  client.on('error', (error: Error) => {
    if (!down) logger.warn({ reason: error.message }, 'Redis is away: going on without the cache');
    down = true;
  });
  client.on('ready', () => {
    if (down) logger.info('Redis is back');
    down = false;
  });

  async function all(commands: (string | number)[][]): Promise<unknown[]> {
    const replies = (await client.pipeline(commands).exec()) ?? [];
    return replies.map(([error, value]) => {
      if (error) throw error;
      return value;
    });
  }

  return {
    /** The values in the order of their keys, in one round trip. */
    getAll: (keys: string[]): Promise<(string | null)[]> => client.mget(keys),

    /** Sets a key that ends at `expiresAt` (ms since 1970), however late the command arrives. */
    async setUntil(key: string, value: string, expiresAt: number): Promise<void> {
      // Not PXAT and, below, not NX with GET: they are younger than what some systems install.
      const replies = (await client.multi().set(key, value).pexpireat(key, expiresAt).exec()) ?? [];
      for (const [error] of replies) if (error) throw error;
    },

    /** Sets all keys for `ttlMs`; rejects unless each of them is confirmed. */
    async setAll(values: Record<string, string>, ttlMs: number): Promise<void> {
      await all(Object.entries(values).map(([key, value]) => ['set', key, value, 'PX', ttlMs]));
    },

    /** Sets the keys that are not there; tells what holds now, in the order of `values`. */
    async setMissing(values: Record<string, string>, ttlMs: number): Promise<string[]> {
      const sets = Object.entries(values).map(([key, value]) => ['set', key, value, 'PX', ttlMs, 'NX']);
      const replies = await all([...sets, ['mget', ...Object.keys(values)]]);
      return replies.at(-1) as string[];
    },

    close: () => client.disconnect(),
  };
}
