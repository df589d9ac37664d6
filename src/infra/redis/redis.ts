import { Redis, type Command } from 'ioredis';
import type { Logger } from '../../process/logger';
import { batchReads } from './batched-reads';
import type { BusyClock } from '../../lib/busy-clock';

export type RedisClient = ReturnType<typeof connectRedis>;
type Reply = string | number | null | (string | number | null)[];
/** A Lua script: all of it happens at once, in one round trip. */
export type Script = (keys: string[], args: (string | number)[]) => Promise<Reply>;

/** A cache that takes longer than this is no help; the caller goes on without it. */
const COMMAND_MS = 100;
/** 48 bits are enough to tell two processes apart. */
const RUN_LENGTH = 12;

/**
 * ioredis' own `commandTimeout` also takes a pause of this process for one of Redis: after it (a quota of CPU is used
 * up, garbage is collected) timers come before the answers that have long been there.
 */
class PunctualRedis extends Redis {
  busy?: BusyClock;

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    limitTime(command, this.busy);
    return super.sendCommand(command, stream);
  }
}

function limitTime(command: Command, busy: BusyClock | undefined): void {
  const giveUp = () => command.reject(new Error('Command timed out'));
  // What is there to be read is read in between.
  const timer = setTimeout(() => setImmediate(giveUp), COMMAND_MS);
  busy?.begins();
  const clear = () => {
    clearTimeout(timer);
    busy?.ends();
  };
  command.promise.then(clear, clear);
}

/**
 * Every command fails at once while Redis is away (nothing is queued or sent again) and after 100 ms while it
 * is frozen.
 */
export function connectRedis(url: string, logger: Logger, busy?: BusyClock) {
  const client = new PunctualRedis(url, {
    enableOfflineQueue: false,
    // What is asked in the same turn of the event loop goes out in one write.
    enableAutoPipelining: true,
    // Reads are put together below already.
    autoPipeliningIgnoredCommands: ['mget'],
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 500,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  client.busy = busy;
  let down = false;
  let run: string | undefined;
  client.on('error', (error: Error) => {
    if (!down) logger.warn({ reason: error.message }, 'Redis is away: going on without the cache');
    down = true;
  });
  client.on('close', () => (run = undefined));
  client.on('ready', () => {
    client.info('server').then(
      (info) => {
        run = /run_id:(\w+)/.exec(info)?.[1]?.slice(0, RUN_LENGTH);
        if (down) logger.info('Redis is back');
        down = false;
      },
      // It fails only with the connection, and the next one asks again; or Redis is frozen.
      () => client.disconnect(true),
    );
  });
  const commands = client as unknown as Record<string, (...args: (string | number)[]) => Promise<Reply>>;

  return {
    /**
     * Names the Redis process that is there: keys that carry it are never read again from what an older one
     * left behind in a snapshot.
     * @throws while it isn't known
     */
    runId(): string {
      if (!run) throw new Error('Redis is not there yet');
      return run;
    },

    /** Sent by its digest, and whole where Redis doesn't know it yet. */
    script(name: string, lua: string): Script {
      client.defineCommand(name, { lua });
      return (keys, args) => commands[name]!(keys.length, ...keys, ...args);
    },

    /** The values in the order of their keys. */
    getAll: batchReads((keys) => client.mget(keys)),

    remove: async (keys: string[]): Promise<void> => void (await client.unlink(keys)),

    ping: async (): Promise<void> => void (await client.ping()),

    /** For rate-limiter.ts, whose library sends commands of its own; what was said above holds for them too. */
    client,

    close: () => client.disconnect(),
  };
}
