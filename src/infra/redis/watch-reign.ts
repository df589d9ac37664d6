import type { Redis } from 'ioredis';
import { within } from '../../lib/deadline';
import { CLUSTER_REFUSED, isClusterError, isClusterInfo, isDemotion, reignOf, type Reign } from './reign';

interface WatchOptions {
  /** Key of this process's mark. */
  key: string;
  /** Name of the keyspace: workers with another one would not see what this one ends. */
  keyspace: string;
  /** Sets the mark for `lifeMs` and returns what the server says of itself: the script LOOK. */
  look: (key: string, mark: number, lifeMs: number) => Promise<unknown>;
  onAway: (reason: string) => void;
  /** Called for each reign, also for one that goes on after a reconnect. */
  onReign: () => void;
}

const LOOK_MS = 250;
/** A connection that was not answered for so long is given up: another server may have taken over. */
const GIVE_UP_MS = 1_000;
/** Longer than anything else with an expiry lives, so that `volatile-ttl` evicts it last. */
const MARK_LIFE_MS = 86_400_000;
const KNOWN_MS = 1_000;

type Values = (string | null)[];

/**
 * Watches whether the connected server is the same primary as before, by a look each LOOK_MS. Between two looks each
 * read proves it by itself: it also reads the mark that the last look left. A server whose data was replaced by that
 * of another one, in which confirmed changes may be missing, has no mark that is as new.
 */
export function watchReign(client: Redis, { key, keyspace, look: ask, onAway, onReign }: WatchOptions) {
  let reign: Reign | undefined;
  let isCluster = false;
  /** Number of the connection, so that an answer that comes late is not taken for one of the next. */
  let connection = 0;
  let goodAt = 0;
  const mark = { sent: 0, confirmed: 0 };
  let looking: Promise<void> | undefined;
  let settle = () => {};
  const settled = new Promise<void>((resolve) => (settle = resolve));

  function away(reason: string): void {
    onAway(reason);
    settle();
  }
  function leave(reason: string): void {
    reign = undefined;
    away(reason);
    client.disconnect(true);
  }

  async function lookOnce(): Promise<void> {
    const asked = connection;
    const value = (mark.sent += 1);
    try {
      const info = String(await ask(key, value, MARK_LIFE_MS));
      if (asked !== connection) return;
      goodAt = performance.now();
      mark.confirmed = value;
      isCluster = isClusterInfo(info);
      const found = reignOf(info, keyspace);
      if (isCluster || !found) return leave(isCluster ? CLUSTER_REFUSED : 'the server is a replica');
      // The same object as long as the reign lasts on this connection: it is compared by identity.
      if (reign?.id !== found.id) reign = found;
      onReign();
      settle();
    } catch (error) {
      if (asked !== connection) return;
      isCluster = isClusterError(error as Error);
      if (isCluster) leave(CLUSTER_REFUSED);
      else if (isDemotion(error as Error) || performance.now() - goodAt > GIVE_UP_MS)
        leave((error as Error).message);
    }
  }
  const look = () => (looking ??= lookOnce().finally(() => (looking = undefined)));

  client.on('error', (error: Error) => away(error.message));
  client.on('close', () => {
    connection += 1;
    reign = undefined;
  });
  client.on('ready', () => {
    goodAt = performance.now();
    void look();
  });
  const timer = setInterval(() => {
    if (client.status === 'ready') void look();
  }, LOOK_MS);
  timer.unref();

  function requireReign(wanted: Reign): void {
    if (reign !== wanted) throw new Error('Redis is not connected, or is another one now');
  }

  /** Reads once more after the mark was not found: Redis was emptied or evicted it, or is no longer the one it was. */
  async function readAgain(send: (key: string) => Promise<Values>): Promise<Values> {
    // A look that began before will not do.
    await looking;
    await look();
    const least = mark.confirmed;
    const values = await send(key);
    if (Number(values[0]) >= least) return values;
    throw new Error('Redis lost what it had');
  }

  return {
    reign: (): Reign | undefined => reign,
    isCluster: (): boolean => isCluster,
    known: (): Promise<void> => within(settled, KNOWN_MS, undefined),

    require: requireReign,

    /**
     * @param send gets the key of the mark, and returns its value before those that were asked for
     * @throws if the server is not of this reign, or may have lost what it had
     */
    async read(wanted: Reign, send: (key: string) => Promise<Values>): Promise<Values> {
      requireReign(wanted);
      const least = mark.confirmed;
      let values = await send(key);
      if (!(Number(values[0]) >= least)) values = await readAgain(send);
      requireReign(wanted);
      values.shift();
      return values;
    },

    stop: () => clearInterval(timer),
  };
}
