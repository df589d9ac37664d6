import { randomBytes } from 'node:crypto';
import { ConsecutiveBreaker, ConstantBackoff, circuitBreaker, handleAll, retry } from 'cockatiel';
import type { RedisCache } from '../infra/redis';
import type { NoticeBoard } from '../notices/notice-board';
import { tagOf } from '../version-tag';

export type ResponseCache = ReturnType<typeof createResponseCache>;
export type CacheState = 'HIT' | 'MISS' | 'BYPASS';

/** What a cached read answers with: the JSON text as it is sent, and what else the answer needs. */
export interface Cached {
  json: string;
  tag: string;
  meta: Record<string, string>;
  state: CacheState;
}

export interface CachedRead {
  key: string;
  /** Names of what the answer depends on; a write names those it changed to `invalidate`. With none it isn't kept. */
  generations: string[];
  /** `version`: of what has one; it goes into the tag. */
  load: () => Promise<{ value: unknown; version?: number; meta?: Record<string, string> }>;
}

interface Entry {
  tokens: string[];
  tag: string;
  meta: Record<string, string>;
}

interface ResponseCacheOptions {
  redis: RedisCache | undefined;
  board: Pick<NoticeBoard, 'cacheIsSafe' | 'turnCacheOff'>;
  prefix: string;
  /** No entry outlives this, whatever happens to its generations. */
  entryLifeMs: number;
}

/** Characters; what is larger isn't worth what it takes from Redis and the other readers. */
const MAX_ENTRY = 1_000_000;

/**
 * A read-through cache that is never stale. Each generation is a key that holds a random token; an entry
 * counts only while the tokens read before its data are still in force, and a write replaces the tokens
 * before it is acknowledged. So the set of a slow reader that comes after a write can't be served, and a
 * token that Redis lost (evicted, restarted) makes a miss and never a hit.
 */
export function createResponseCache({ redis, board, prefix, entryLifeMs }: ResponseCacheOptions) {
  const flights = new Map<string, Promise<Cached>>();
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) });
  // A write can wait a little longer than a read, and a busy moment shouldn't cost all workers their cache.
  const patience = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(50) });
  const entryKey = (key: string) => `${prefix}:entry:${key}`;
  const generationKey = (name: string) => `${prefix}:generation:${name}`;
  const newToken = () => randomBytes(9).toString('base64url');

  async function bypass({ load }: CachedRead): Promise<Cached> {
    const { value, version, meta = {} } = await load();
    const json = JSON.stringify(value);
    return { json, tag: tagOf(json, version), meta, state: 'BYPASS' };
  }

  async function fill(read: CachedRead, tokens: string[], store: RedisCache): Promise<Cached> {
    // From before the load: data that is older than a write can't stay longer than entryLifeMs after it.
    const expiresAt = Date.now() + entryLifeMs;
    const { value, version, meta = {} } = await read.load();
    const json = JSON.stringify(value);
    const tag = tagOf(json, version);
    const entry: Entry = { tokens, tag, meta };
    const text = `${JSON.stringify(entry)}\n${json}`;
    if (text.length <= MAX_ENTRY) {
      await breaker.execute(() => store.setUntil(entryKey(read.key), text, expiresAt)).catch(() => {});
    }
    return { json, tag, meta, state: 'MISS' };
  }

  async function lookUp(read: CachedRead, store: RedisCache): Promise<Cached | string[]> {
    const [text, ...found] = await store.getAll([
      entryKey(read.key),
      ...read.generations.map((name) => generationKey(name)),
    ]);
    const missing = read.generations.filter((_, index) => found[index] === null);
    if (missing.length > 0) {
      const fresh = Object.fromEntries(missing.map((name) => [generationKey(name), newToken()]));
      const set = await store.setMissing(fresh, entryLifeMs * 10);
      return found.map((token) => token ?? set.shift()!);
    }
    const tokens = found as string[];
    if (!text) return tokens;
    const end = text.indexOf('\n');
    const entry = JSON.parse(text.slice(0, end)) as Entry;
    const counts = entry.tokens.join() === tokens.join();
    // One of a worker before this version has no tag.
    if (!counts || !entry.tag) return tokens;
    return { json: text.slice(end + 1), tag: entry.tag, meta: entry.meta, state: 'HIT' };
  }

  return {
    /** Answers from Redis, or loads; errors of `load` pass through and are not cached. */
    async read(read: CachedRead): Promise<Cached> {
      // What depends on the time of day changes without a write.
      if (read.generations.length === 0) return bypass(read);
      if (!redis || !board.cacheIsSafe()) return bypass(read);
      let found: Cached | string[];
      try {
        found = await breaker.execute(() => lookUp(read, redis));
      } catch {
        return bypass(read);
      }
      if (!Array.isArray(found)) return found;
      // The tokens are a part of the flight's name: who comes after a write doesn't join one from before it.
      const flight = `${read.key} ${found.join()}`;
      let running = flights.get(flight);
      if (!running) {
        running = fill(read, found, redis).finally(() => flights.delete(flight));
        flights.set(flight, running);
      }
      return running;
    },

    /**
     * To be awaited between a write and its acknowledgement: afterwards no worker answers with anything
     * older. Where Redis doesn't confirm it, the cache is turned off for all workers.
     * @throws where neither Redis nor MongoDB took it: the effect of the write is then unknown to the client.
     */
    async invalidate(generations: string[]): Promise<void> {
      if (!redis) return;
      // New ones at each try: a try that seemed to fail may have been seen, and must not come into force again.
      const tokens = () => Object.fromEntries(generations.map((name) => [generationKey(name), newToken()]));
      await patience
        .execute(() => redis.setAll(tokens(), entryLifeMs * 10))
        .catch(() => board.turnCacheOff(entryLifeMs));
    },
  };
}
