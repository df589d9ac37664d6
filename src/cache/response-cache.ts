import { ConsecutiveBreaker, ConstantBackoff, circuitBreaker, handleAll, retry } from 'cockatiel';
import type { RedisClient } from '../infra/redis/redis';
import type { NoticeBoard } from '../notices/notice-board';
import { tagOf } from '../lib/version-tag';
import { createCacheStore, type CacheStore, type Place } from './cache-store';
import type { CacheClass, CacheRecord } from './cache-record';
import type { FillBudget } from './fill-budget';
import { createFlights } from './flights';

export type ResponseCache = ReturnType<typeof createResponseCache>;
export type CacheState = 'HIT' | 'MISS' | 'BYPASS';

/** What a cached read answers with: the JSON text as it is sent, and what else the answer needs. */
export interface Cached {
  json: string;
  tag: string;
  meta: Record<string, string>;
  state: CacheState;
}

export interface Loaded {
  value: unknown;
  /** Of an entity; it goes into the tag. */
  version?: number;
  meta?: Record<string, string>;
  /** What isn't worth keeping, or may not be what is there. */
  isTransient?: boolean;
  /** Where a part of it came from the cache itself, when that was read: ms since 1970. Lives don't add up. */
  asOf?: number;
}

/** To be awaited before what the generations stand for is looked up. */
export type DependOn = (generations: string[]) => Promise<void>;

export interface CachedRead {
  class: CacheClass;
  key: string;
  /**
   * Names of what the answer depends on; a write names those it changed. That of an entity which has versions
   * comes first, is the same as the key, and no other answer depends on it. With none nothing is kept.
   */
  generations: string[];
  load: (dependOn: DependOn) => Promise<Loaded>;
  /** Id of the user whose budget it counts into; unset for entities, of which there are only so many. */
  caller?: string;
}

/** What a write did. */
export interface Write {
  /** Every answer that depends on one of these ends. */
  generations: string[];
  /** What became of an entity: its answer ends as well, and may be filled again at once. */
  entity?: { class: CacheClass; key: string; version: number; dependsOn: string[] };
}

/** The version of an entity that is gone: no write has a higher one. */
export const GONE = Number.MAX_SAFE_INTEGER;

/** Puts what a write made of its entity where the next read finds it. */
export type Refill = (loaded: Loaded) => Promise<void>;
const noRefill: Refill = async () => {};

interface ResponseCacheOptions {
  redis: RedisClient | undefined;
  board: Pick<NoticeBoard, 'cacheEpoch' | 'knownEpoch' | 'epochOfWrites' | 'turnCacheOff'>;
  prefix: string;
  /** No entry outlives this, whatever happens to its generations. */
  entryLifeMs: number;
  record: CacheRecord;
  budget?: FillBudget;
  /** Called before a list is loaded, with its class and its caller; resolves with the function to call after it. */
  enter?: (of: CacheClass, caller: string) => Promise<() => void>;
}

/**
 * A read-through cache that is never stale. Each generation is a key that holds a token of its own; an entry
 * counts only while the tokens from before its data was read are in force, and a write ends them before it is
 * acknowledged. So what a slow reader sets after a write is refused, and a token that Redis lost (evicted,
 * restarted) makes a miss and never a hit. How it holds when Redis confirms nothing: notices/notice-board.ts.
 */
export function createResponseCache({
  redis,
  board,
  prefix,
  entryLifeMs,
  record,
  budget,
  enter,
}: ResponseCacheOptions) {
  const store = redis && createCacheStore({ redis, prefix, entryLifeMs });
  const flights = createFlights<Cached>();
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) });
  // A write can wait a little longer than a read, and a busy moment shouldn't cost all workers their cache.
  const patience = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(50) });

  function toCached({ value, version, meta = {} }: Loaded, state: CacheState): Cached {
    const json = JSON.stringify(value);
    return { json, tag: tagOf(json, version), meta, state };
  }

  /** Waits for a place if it is a list; to load an entity is as cheap as to refuse it. @throws OverloadError */
  async function loadInTurn({ class: of, caller, load }: CachedRead, dependOn: DependOn): Promise<Loaded> {
    if (!caller || !enter) return load(dependOn);
    const leave = await enter(of, caller);
    return load(dependOn).finally(leave);
  }

  async function bypass(read: CachedRead): Promise<Cached> {
    record(read.class, 'bypass');
    return toCached(await loadInTurn(read, async () => {}), 'BYPASS');
  }

  /** @returns the bytes that it added; 0 if it was not kept */
  async function put(of: CacheClass, place: Place, at: CacheStore, cached: Cached, loaded: Loaded) {
    const added = await breaker.execute(() => at.put(place, cached, loaded)).catch(() => 'failed' as const);
    if (added === 0) record(of, 'stale_refused');
    if (typeof added === 'string' || added === 0) return 0;
    record(of, 'fill', cached.json.length);
    return added;
  }

  /** `holds`: at the end it was still what is there. */
  async function fill(read: CachedRead, place: Place, at: CacheStore) {
    const { class: of, caller } = read;
    let isComplete = true;
    const dependOn: DependOn = (names) =>
      breaker.execute(() => at.dependOn(place, names)).catch(() => void (isComplete = false));
    const loaded = await loadInTurn(read, dependOn);
    const found = toCached(loaded, 'MISS');
    record(of, 'miss');
    if (!isComplete || loaded.isTransient) return { found, holds: false };
    if (caller && budget && !budget.allows(caller)) {
      record(of, 'over_budget');
      return { found, holds: false };
    }
    const added = await put(of, place, at, found, loaded);
    if (caller && added > 1) await budget?.spend(caller, added);
    return { found, holds: added > 0 };
  }

  /** Does what `written` below describes. */
  async function end({ generations, entity }: Write): Promise<Refill> {
    if (!store) return noRefill;
    let epoch: number;
    try {
      epoch = await board.epochOfWrites();
    } catch (error) {
      // Its effect is unknown to the client now, who will look: most probably this is what others read.
      const all = [...generations, ...(entity ? [entity.key] : [])];
      await store.end(board.knownEpoch(), all).catch(() => {});
      throw error;
    }
    const place = await patience
      .execute(() => store.end(epoch, generations, entity))
      .catch(() => board.turnCacheOff());
    if (!place || !entity) return noRefill;
    return async (loaded) => {
      if (loaded.isTransient) return;
      await put(entity.class, place, store, toCached(loaded, 'MISS'), loaded);
    };
  }

  return {
    /** Answers from Redis, or loads; errors of `load` pass through and are not cached. */
    async read(read: CachedRead): Promise<Cached> {
      const epoch = board.cacheEpoch();
      // What depends on the time of day changes without a write.
      if (!store || epoch === undefined || read.generations.length === 0) return bypass(read);
      const arrived = flights.now();
      let found: Omit<Cached, 'state'> | Place;
      try {
        found = await breaker.execute(() => store.get(epoch, read.key, read.generations));
      } catch {
        return bypass(read);
      }
      if ('json' in found) {
        record(read.class, 'hit', found.json.length);
        return { json: found.json, tag: found.tag, meta: found.meta, state: 'HIT' };
      }
      const place = found;
      return flights.join(place.key, arrived, () => fill(read, place, store));
    },

    /**
     * To be awaited between a write and its acknowledgement: afterwards no worker answers with anything
     * older. Where Redis doesn't confirm it, the cache is turned off for all workers.
     * @throws where neither Redis nor MongoDB took it: the effect of the write is then unknown to the client.
     */
    written: end,

    /**
     * To be awaited before an answer that changes nothing shows an entity to a caller who may see it: a refusal, or
     * the replay of a creation. Its last writer may have died before it ended what was cached, and no read may be
     * older than such an answer. Ends nothing if a write reported this version, or if no entry is as old as the change:
     * so refusals end at most what a write left, once.
     * @param changedAt when the entity changed last
     */
    async shown(write: Required<Write>, changedAt: Date): Promise<void> {
      if (!store || Date.now() - changedAt.getTime() > store.reportedLifeMs) return;
      const { key, version } = write.entity;
      const reported = await board
        .epochOfWrites()
        .then((epoch) => store.reported(epoch, key))
        .catch(() => undefined);
      if (reported === undefined || reported < version) await end(write);
    },
  };
}
