import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RedisClient } from '../infra/redis/redis';
import type { Reign } from '../infra/redis/reign';
import { DEPEND, FILL, WRITTEN } from './cache-scripts';

export type CacheStore = ReturnType<typeof createCacheStore>;

/** What all workers that use the cache at one time agree on: what was kept in another era is never read. */
export interface Era {
  reign: Reign;
  epoch: number;
}

/** Place of an answer in Redis, and the tokens that must be in force when it is kept. */
export interface Place {
  reign: Reign;
  namespace: string;
  key: string;
  generations: string[];
  tokens: string[];
}

interface Answer {
  json: string;
  tag: string;
  meta: Record<string, string>;
}

interface CacheStoreOptions {
  redis: RedisClient;
  prefix: string;
  entryLifeMs: number;
}

/** Maximum characters of an entry: larger ones cost Redis and the other readers more than they save. */
const MAX_ENTRY = 200_000;
/** Number of entries whose generations a process remembers, at about 300 bytes each. */
const REMEMBERED = 10_000;
/** Shortest share of its life after which an entry expires, so that entries of one moment do not expire together. */
const SHORTEST_LIFE = 0.8;

/** How long after its timestamp a write may still end cached answers: clocks differ, and commits are retried. */
const LATE_MS = 150_000;

/** Stores answers and generations in Redis: one call reads, one keeps, one ends. */
export function createCacheStore({ redis, prefix, entryLifeMs }: CacheStoreOptions) {
  const fill = redis.script('cacheFill', FILL);
  const depend = redis.script('cacheDepend', DEPEND);
  const written = redis.script('cacheWritten', WRITTEN);
  // A generation outlives the entries that depend on it; each fill renews it.
  const generationLifeMs = entryLifeMs * 2;
  const reportedLifeMs = entryLifeMs + LATE_MS;

  /** The generation keys each entry was last seen with, by the entry's key, to read along with it. */
  const remembered = new LRUCache<string, string[]>({ max: REMEMBERED });

  // Unique for all processes and calls; begins with a letter and has no dot.
  const process = `t${randomBytes(9).toString('base64url')}`;
  let count = 0;
  const newToken = () => `${process}${(count += 1).toString(36)}-`;

  /** Hides what another Redis process or another epoch left behind. */
  const namespaceOf = ({ reign, epoch }: Era) => `${prefix}:${reign.run}:${epoch.toString(36)}`;
  const entryKey = (namespace: string, key: string) => `${namespace}:entry:${key}`;
  const generationKey = (namespace: string, name: string) => `${namespace}:generation:${name}`;
  const reportedKey = (namespace: string, name: string) => `${namespace}:reported:${name}`;

  const tokensOf = async (reign: Reign, keys: string[]) =>
    (await redis.during(reign, () => depend(keys, [generationLifeMs, newToken()]))) as string[];

  const headOf = (keys: string[], tokens: (string | null)[]) =>
    keys.map((key, index) => `${key} ${tokens[index]}`).join(' ');

  /** Returns the text of the entry if the tokens of its head are in force. */
  async function textOf(
    reign: Reign,
    entry: string,
    asked: string[],
    tokens: (string | null)[],
    key: string,
  ) {
    const end = entry.indexOf('\n');
    const head = entry.slice(0, end);
    if (head === headOf(asked, tokens)) return entry.slice(end + 1);
    const words = head.split(' ');
    const keys = words.filter((_, index) => index % 2 === 0);
    remembered.set(key, keys);
    const unknown = keys.filter((name) => !asked.includes(name));
    if (unknown.length === 0) return undefined;
    const known = new Map(asked.map((name, index) => [name, tokens[index]!]));
    (await redis.getAll(unknown, reign)).forEach((token, index) => known.set(unknown[index]!, token!));
    return head ===
      headOf(
        keys,
        keys.map((name) => known.get(name)!),
      )
      ? entry.slice(end + 1)
      : undefined;
  }

  return {
    /** Returns the answer, or the place to put it. */
    async get(era: Era, name: string, generations: string[]): Promise<Answer | Place> {
      const { reign } = era;
      const namespace = namespaceOf(era);
      const key = entryKey(namespace, name);
      const keys = generations.map((generation) => generationKey(namespace, generation));
      const asked = remembered.get(key) ?? keys;
      const [entry, ...tokens] = await redis.getAll([key, ...asked], reign);
      const text = entry ? await textOf(reign, entry, asked, tokens, key) : undefined;
      if (text === undefined) {
        const tokens = await tokensOf(reign, keys);
        return { reign, namespace, key, generations: keys, tokens };
      }
      const end = text.indexOf('\n');
      const { tag, meta } = JSON.parse(text.slice(0, end)) as Pick<Answer, 'tag' | 'meta'>;
      return { json: text.slice(end + 1), tag, meta };
    },

    async dependOn(place: Place, names: string[]): Promise<void> {
      const keys = names.map((name) => generationKey(place.namespace, name));
      if (keys.length === 0) return;
      const tokens = await tokensOf(place.reign, keys);
      place.generations.push(...keys);
      place.tokens.push(...tokens);
    },

    /**
     * @returns the bytes added to Redis, at least 1; 0 if the answer is stale
     * @param version of the entity behind the place's first generation
     * @param asOf start of the entry's life, ms since 1970
     */
    async put(
      place: Place,
      { json, tag, meta }: Answer,
      { version, asOf = Date.now() }: { version?: number; asOf?: number } = {},
    ) {
      if (json.length > MAX_ENTRY) return 'too large' as const;
      const share = SHORTEST_LIFE + (1 - SHORTEST_LIFE) * Math.random();
      const lifeMs = Math.max(1, Math.round(entryLifeMs * share - (Date.now() - asOf)));
      const text = `${JSON.stringify({ tag, meta })}\n${json}`;
      const args = [lifeMs, text, version ?? '', ...place.tokens];
      const keys = [place.key, ...place.generations];
      return (await redis.during(place.reign, () => fill(keys, args))) as number;
    },

    /** Age in ms up to which an entry may predate a write; Redis remembers reported versions for as long. */
    reportedLifeMs,

    /** Returns the highest version of an entity reported by a write; `undefined` if Redis does not know it. */
    async reported(era: Era, key: string): Promise<number | undefined> {
      const [version] = await redis.getAll([reportedKey(namespaceOf(era), key)], era.reign);
      return version ? Number(version) : undefined;
    },

    /** Ends generations. For a written entity returns the place to refill it, if it is certainly the newest. */
    async end(
      era: Era,
      names: string[],
      entity?: { key: string; version: number; dependsOn: string[] },
    ): Promise<Place | undefined> {
      const { reign } = era;
      const namespace = namespaceOf(era);
      const ended = names.map((name) => generationKey(namespace, name));
      if (!entity) return void (await redis.during(reign, () => redis.remove(ended)));
      const own = generationKey(namespace, entity.key);
      const others = entity.dependsOn.map((name) => generationKey(namespace, name));
      const args = [generationLifeMs, newToken(), entity.version, ended.length, reportedLifeMs];
      const reported = reportedKey(namespace, entity.key);
      const keys = [own, reported, ...ended, ...others];
      const tokens = (await redis.during(reign, () => written(keys, args))) as string[] | null;
      const key = entryKey(namespace, entity.key);
      return tokens ? { reign, namespace, key, generations: [own, ...others], tokens } : undefined;
    },
  };
}
