import { ConsecutiveBreaker, ConstantBackoff, circuitBreaker, handleAll, retry } from 'cockatiel';
import type { RedisClient } from '../infra/redis/redis';
import { tagOf } from '../lib/version-tag';
import { createCacheStore, type CacheStore, type Place } from './cache-store';
import type { CacheClass, CountCacheEvent } from './cache-metrics';
import type { FillBudget } from './fill-budget';
import { createEras, type CacheBoard } from './eras';
import { createFlights } from './flights';

export type ResponseCache = ReturnType<typeof createResponseCache>;
export type CacheState = 'HIT' | 'MISS' | 'BYPASS';

/** Answer of a cached read: the JSON text as it is sent, and what else the answer needs. */
export interface Cached {
  json: string;
  tag: string;
  meta: Record<string, string>;
  state: CacheState;
}

export interface Loaded {
  value: unknown;
  /** Version of an entity, which goes into its tag. */
  version?: number;
  meta?: Record<string, string>;
  /** True for data that is not worth keeping or may not be current. */
  isTransient?: boolean;
  /** When the cached part of it was read (ms since 1970), so that lifetimes do not add up; unset if none was. */
  asOf?: number;
}

/** Adds dependencies of the answer. Await it before you read the data that they stand for. */
export type DependOn = (generations: string[]) => Promise<void>;

export interface CachedRead {
  class: CacheClass;
  key: string;
  /**
   * Names of what the answer depends on; a write ends those it changed. The generation of a versioned entity comes
   * first and equals the key, and no other answer depends on it. An empty list disables the cache.
   */
  generations: string[];
  load: (dependOn: DependOn) => Promise<Loaded>;
  /** Id of the user whose budget the entry counts against; unset for entities, whose number is bounded. */
  caller?: string;
}

export interface Write {
  /** Ends every answer that depends on one of these. */
  generations: string[];
  /** The entity written: its answer ends too, and may be filled again at once. */
  entity?: { class: CacheClass; key: string; version: number; dependsOn: string[] };
}

/** Version of a removed entity: no write has a higher one. */
export const GONE = Number.MAX_SAFE_INTEGER;

/** Generation of the answers that show this user as an assignee. */
export const profileOf = (userId: string) => `profile:${userId}`;

/** Caches the entity that a write produced, for the next read. */
export type Refill = (loaded: Loaded) => Promise<void>;
const noRefill: Refill = async () => {};

interface ResponseCacheOptions {
  redis: RedisClient | undefined;
  board: CacheBoard;
  prefix: string;
  /** Maximum life of an entry in ms, whatever happens to its generations. */
  entryLifeMs: number;
  count: CountCacheEvent;
  budget?: FillBudget;
  /** Called before a list is loaded, with its class and its caller; resolves to the function to call after it. */
  enter?: (of: CacheClass, caller: string) => Promise<() => void>;
}

/**
 * A read-through cache that is never stale. Each generation is a key that holds a token. An entry is valid only while
 * the tokens taken before its data was read are in force, and a write ends them before it is acknowledged: a slow
 * reader's fill after a write is refused, and a token that Redis lost (eviction, restart) makes a miss and never a hit.
 * notices/notice-board.ts covers writes that Redis does not confirm.
 */
export function createResponseCache({
  redis,
  board,
  prefix,
  entryLifeMs,
  count,
  budget,
  enter,
}: ResponseCacheOptions) {
  const store = redis && createCacheStore({ redis, prefix, entryLifeMs });
  const eras = redis && createEras({ redis, board });
  const flights = createFlights<Cached>();
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) });
  // A write can wait longer than a read, and a busy moment should not cost all workers their cache.
  const patience = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(50) });

  function toCached({ value, version, meta = {} }: Loaded, state: CacheState): Cached {
    const json = JSON.stringify(value);
    return { json, tag: tagOf(json, version), meta, state };
  }

  /** Waits for a place if it is a list; loading an entity is as cheap as refusing it. @throws OverloadError */
  async function loadInTurn({ class: of, caller, load }: CachedRead, dependOn: DependOn): Promise<Loaded> {
    if (!caller || !enter) return load(dependOn);
    const leave = await enter(of, caller);
    return load(dependOn).finally(leave);
  }

  async function bypass(read: CachedRead): Promise<Cached> {
    count(read.class, 'bypass');
    return toCached(await loadInTurn(read, async () => {}), 'BYPASS');
  }

  /** @returns the bytes added; 0 if the answer was not kept */
  async function put(of: CacheClass, place: Place, at: CacheStore, cached: Cached, loaded: Loaded) {
    const added = await breaker.execute(() => at.put(place, cached, loaded)).catch(() => 'failed' as const);
    if (added === 0) count(of, 'stale_refused');
    if (typeof added === 'string' || added === 0) return 0;
    count(of, 'fill', cached.json.length);
    return added;
  }

  /** Sets `holds` if no write that was acknowledged meanwhile can have made the answer stale. */
  async function fill(read: CachedRead, place: Place, at: CacheStore) {
    const { class: of, caller } = read;
    let isComplete = true;
    const dependOn: DependOn = (names) =>
      breaker.execute(() => at.dependOn(place, names)).catch(() => void (isComplete = false));
    const loaded = await loadInTurn(read, dependOn);
    const found = toCached(loaded, 'MISS');
    count(of, 'miss');
    if (!isComplete || loaded.isTransient) return { found, holds: false };
    if (caller && budget && !budget.allows(caller)) {
      count(of, 'over_budget');
      return { found, holds: false };
    }
    const added = await put(of, place, at, found, loaded);
    if (caller && added > 1) await budget?.spend(caller, added);
    return { found, holds: added > 0 };
  }

  async function end({ generations, entity }: Write): Promise<Refill> {
    if (!store || !eras) return noRefill;
    try {
      await board.lookIfStale();
    } catch (error) {
      // The client does not know the effect of its write and will look; most probably this is what others read.
      const all = [...generations, ...(entity ? [entity.key] : [])];
      const era = eras.lastKnown();
      if (era) await store.end(era, all).catch(() => {});
      throw error;
    }
    const place = await patience
      .execute(async () => store.end(await eras.ofWrites(), generations, entity))
      .catch(() => board.turnCacheOff());
    await board.settled();
    if (!place || !entity) return noRefill;
    return async (loaded) => {
      if (loaded.isTransient) return;
      await put(entity.class, place, store, toCached(loaded, 'MISS'), loaded);
    };
  }

  return {
    /** Answers from Redis, or loads; errors of `load` pass through and are not cached. */
    async read(read: CachedRead): Promise<Cached> {
      const era = eras?.ofReads();
      // Answers without generations depend on the time of day, which changes without a write.
      if (!store || !era || read.generations.length === 0) return bypass(read);
      const arrived = flights.now();
      let found: Omit<Cached, 'state'> | Place;
      try {
        found = await breaker.execute(() => store.get(era, read.key, read.generations));
      } catch {
        return bypass(read);
      }
      if ('json' in found) {
        count(read.class, 'hit', found.json.length);
        return { json: found.json, tag: found.tag, meta: found.meta, state: 'HIT' };
      }
      const place = found;
      return flights.join(place.key, arrived, () => fill(read, place, store));
    },

    /**
     * Await it between a write and its acknowledgement: afterwards no worker answers with anything older. If Redis does
     * not confirm, it turns the cache off for all workers.
     * @throws if neither Redis nor MongoDB confirmed: the client must then treat the write's effect as unknown
     */
    written: end,

    /**
     * Await it before an answer that changes nothing shows an entity: a refusal, or the replay of a creation. The last
     * writer may have died before it ended what was cached, and no later read may be older than such an answer. It ends
     * nothing if a write reported this version or no entry is as old as the change, so refusals cost the cache little.
     * @param changedAt when the entity last changed
     */
    async shown(write: Required<Write>, changedAt: Date): Promise<void> {
      if (!store || !eras || Date.now() - changedAt.getTime() > store.reportedLifeMs) return;
      const { key, version } = write.entity;
      const reported = await eras
        .ofWrites()
        .then((era) => store.reported(era, key))
        .catch(() => undefined);
      if (reported === undefined || reported < version) await end(write);
    },
  };
}
