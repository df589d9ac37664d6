import { randomBytes } from 'node:crypto';
import { Redis, type Command } from 'ioredis';
import type { BusyClock } from '../../lib/busy-clock';
import { isLoginRefused } from '../../lib/server-away';
import type { Logger } from '../../process/logger';
import { batchReads } from './batched-reads';
import { CLUSTER_REFUSED, isDemotion, keyspaceOf, LOOK, type Reign } from './reign';
import { sentinelOptions } from './sentinel-options';
import { watchReign } from './watch-reign';

export type RedisClient = ReturnType<typeof connectRedis>;
type Reply = string | number | null | (string | number | null)[];
/** A Lua script: it runs atomically, in one round trip. */
export type Script = (keys: string[], args: (string | number)[]) => Promise<Reply>;

interface ConnectOptions {
  /** Prefix of the keys. */
  prefix: string;
  logger: Logger;
  busy?: BusyClock;
}

/** A slower cache is no help; the caller goes on without it. */
const COMMAND_MS = 100;
const CONNECT_MS = 500;
/** How long a frozen server may hold a connection that was given up. */
const DISCONNECT_MS = 100;
const MOST_RETRY_MS = 500;
/** Asking a Redis Cluster more often is of no use. */
const CLUSTER_RETRY_MS = 30_000;

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
export function connectRedis(url: string, { prefix, logger, busy }: ConnectOptions) {
  /** Attempts since the last connection to a primary. */
  let attempts = 0;
  const options = {
    enableOfflineQueue: false,
    // Sends the commands of one turn of the event loop in one write.
    enableAutoPipelining: true,
    // `batchReads` merges these.
    autoPipeliningIgnoredCommands: ['mget'],
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: DISCONNECT_MS,
    reconnectOnError: isDemotion,
    // The jitter keeps the workers from coming all at once.
    retryStrategy: () =>
      watched.isCluster()
        ? CLUSTER_RETRY_MS
        : Math.min(50 * (attempts += 1), MOST_RETRY_MS) * (0.5 + Math.random() / 2),
  };
  const sentinels = sentinelOptions(url);
  const client = sentinels
    ? new PunctualRedis({ ...options, ...sentinels })
    : new PunctualRedis(url, options);
  client.busy = busy;
  const commands = client as unknown as Record<string, (...args: (string | number)[]) => Promise<Reply>>;
  /** Sends the script by its digest, and whole if Redis does not know it yet. */
  function script(name: string, lua: string): Script {
    client.defineCommand(name, { lua });
    return (keys, args) => commands[name]!(keys.length, ...keys, ...args);
  }

  const lookAround = script('lookAround', LOOK);
  let down = false;
  /** Why there is no connection; the errors of commands do not say it. */
  let lastReason = '';
  const watched = watchReign(client, {
    // The number of the connection would not do: a replica may have a copy of the mark of a former worker.
    key: `${prefix}:mark:${randomBytes(9).toString('base64url')}`,
    keyspace: keyspaceOf(client.options.db ?? 0, prefix),
    look: (key, mark, lifeMs) => lookAround([key], [mark, lifeMs]),
    onAway(reason) {
      lastReason = reason;
      if (reason === CLUSTER_REFUSED) logger.error(reason);
      else if (!down) logger.warn({ reason }, 'Redis is away: going on without the cache');
      down = true;
    },
    onReign() {
      if (down) logger.info('Redis is back');
      down = false;
      attempts = 0;
    },
  });

  /** Sends a command that counts only if it was answered within this reign. */
  async function during<T>(reign: Reign, send: () => Promise<T>): Promise<T> {
    watched.require(reign);
    const answer = await send();
    watched.require(reign);
    return answer;
  }

  return {
    /** The reign of the connected primary; `undefined` if there is none. */
    reign: watched.reign,

    /** Resolves once it is known whether Redis answers, after a second at the latest. */
    known: watched.known,

    isCluster: watched.isCluster,

    /** Connects again: to what the sentinels or the address lead to now. */
    reconnect: () => client.disconnect(true),

    script,

    during,

    /** Returns values in the order of their keys, of this reign. */
    getAll: batchReads((keys: string[], reign: Reign) =>
      watched.read(reign, (mark) => client.mget([mark, ...keys])),
    ),

    remove: async (keys: string[]): Promise<void> => void (await client.unlink(keys)),

    /** @throws Error that says so if Redis refuses the password */
    async ping(): Promise<void> {
      await client.ping().catch((error: unknown) => {
        const reason = new Error(lastReason, { cause: error });
        throw down && isLoginRefused(reason) ? reason : error;
      });
    },

    /** For the library of rate-limiter.ts, which sends its own commands; the limits above hold for them too. */
    client,

    close(): void {
      watched.stop();
      client.disconnect();
    },
  };
}
