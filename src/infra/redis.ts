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
  /** Of the Redis process that is there: keys carry it, so what an older one left behind is never read. */
  let run: string | undefined;
  client.on('error', (error: Error) => {
    if (!down) logger.warn({ reason: error.message }, 'Redis is away: going on without the cache');
    down = true;
  });
  client.on('close', () => (run = undefined));
  client.on('ready', () => {
    client.info('server').then(
      (info) => {
        run = /run_id:(\w+)/.exec(info)?.[1];
        if (down) logger.info('Redis is back');
        down = false;
      },
      // It fails only with the connection, and the next one asks again; or Redis is frozen.
      () => client.disconnect(true),
    );
  });

  function own(key: string): string {
    if (!run) throw new Error('Redis is not there yet');
    return `${key}@${run}`;
  }
  const ownAll = (values: Record<string, string>) =>
    Object.entries(values).map(([key, value]) => [own(key), value] as const);

  async function all(commands: (string | number)[][]): Promise<unknown[]> {
    const replies = (await client.pipeline(commands).exec()) ?? [];
    return replies.map(([error, value]) => {
      if (error) throw error;
      return value;
    });
  }

  return {
    /** The values in the order of their keys, in one round trip. */
    getAll: async (keys: string[]): Promise<(string | null)[]> => client.mget(keys.map(own)),

    /** Sets a key that ends at `expiresAt` (ms since 1970), however late the command arrives. */
    async setUntil(key: string, value: string, expiresAt: number): Promise<void> {
      // Not PXAT and, below, not NX with GET: they are younger than what some systems install.
      const replies = (await client.multi().set(own(key), value).pexpireat(own(key), expiresAt).exec()) ?? [];
      for (const [error] of replies) if (error) throw error;
    },

    /** Sets all keys for `ttlMs`; rejects unless each of them is confirmed. */
    async setAll(values: Record<string, string>, ttlMs: number): Promise<void> {
      await all(ownAll(values).map(([key, value]) => ['set', key, value, 'PX', ttlMs]));
    },

    /** Sets the keys that are not there; tells what holds now, in the order of `values`. */
    async setMissing(values: Record<string, string>, ttlMs: number): Promise<string[]> {
      const entries = ownAll(values);
      const sets = entries.map(([key, value]) => ['set', key, value, 'PX', ttlMs, 'NX']);
      const replies = await all([...sets, ['mget', ...entries.map(([key]) => key)]]);
      return replies.at(-1) as string[];
    },

    /** For rate-limiter.ts, whose library sends commands of its own; what was said above holds for them too. */
    client,

    close: () => client.disconnect(),
  };
}
