import { Redis, type Command } from 'ioredis';
import type { Logger } from '../../process/logger';
import type { BusyClock } from '../../lib/busy-clock';

type Values = (string | null)[];
interface Waiting {
  keys: string[];
  resolve: (values: Values) => void;
  reject: (error: unknown) => void;
}

/** Most keys of one command, so that each blocks Redis for a few milliseconds at most. */
const MOST_KEYS = 100;

/** Sends the reads of one turn of the event loop as one command: under load most of a read's cost is the round trip. */
export function batchReads(send: (keys: string[]) => Promise<Values>) {
  let waiting: Waiting[] = [];
  let keyCount = 0;

  function flush(): void {
    const batch = waiting;
    waiting = [];
    keyCount = 0;
    if (batch.length === 0) return;
    send(batch.flatMap(({ keys }) => keys)).then(
      (values) => {
        let from = 0;
        for (const { keys, resolve } of batch) resolve(values.slice(from, (from += keys.length)));
      },
      (error: unknown) => batch.forEach(({ reject }) => reject(error)),
    );
  }

  return (keys: string[]): Promise<Values> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ keys, resolve, reject });
      keyCount += keys.length;
      if (keyCount >= MOST_KEYS) flush();
    });
}

export type RedisClient = ReturnType<typeof connectRedis>;
type Reply = string | number | null | (string | number | null)[];
/** A Lua script: it runs atomically, in one round trip. */
export type Script = (keys: string[], args: (string | number)[]) => Promise<Reply>;

/** A slower cache is no help; the caller goes on without it. */
const COMMAND_MS = 100;
/** 48 bits suffice to distinguish Redis processes. */
const RUN_LENGTH = 12;

/**
 * ioredis' `commandTimeout` mistakes a pause of this process for one of Redis: after a pause (used-up CPU quota,
 * garbage collection) timers fire before the answers that have long arrived are read.
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
  // setImmediate reads the answers that have arrived first.
  const timer = setTimeout(() => setImmediate(giveUp), COMMAND_MS);
  busy?.begins();
  const clear = () => {
    clearTimeout(timer);
    busy?.ends();
  };
  command.promise.then(clear, clear);
}

/** Commands fail at once while Redis is away (none is queued or resent), and after 100 ms while it is frozen. */
export function connectRedis(url: string, logger: Logger, busy?: BusyClock) {
  const client = new PunctualRedis(url, {
    enableOfflineQueue: false,
    // Sends the commands of one turn of the event loop in one write.
    enableAutoPipelining: true,
    // `batchReads` merges these.
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
      // It fails only with the connection, whose successor asks again, or if Redis is frozen.
      () => client.disconnect(true),
    );
  });
  const commands = client as unknown as Record<string, (...args: (string | number)[]) => Promise<Reply>>;

  return {
    /**
     * Names the running Redis process. Keys that carry it are never read again from a snapshot of an older process.
     * @throws Error until it is known
     */
    runId(): string {
      if (!run) throw new Error('Redis is not connected yet');
      return run;
    },

    /** Sends the script by its digest, and whole if Redis does not know it yet. */
    script(name: string, lua: string): Script {
      client.defineCommand(name, { lua });
      return (keys, args) => commands[name]!(keys.length, ...keys, ...args);
    },

    /** Returns values in the order of their keys. */
    getAll: batchReads((keys) => client.mget(keys)),

    remove: async (keys: string[]): Promise<void> => void (await client.unlink(keys)),

    ping: async (): Promise<void> => void (await client.ping()),

    /** For the library of rate-limiter.ts, which sends its own commands; the limits above hold for them too. */
    client,

    close: () => client.disconnect(),
  };
}
