import { createResponseCache } from '../../src/cache/response-cache';
import type { RedisCache } from '../../src/infra/redis';

/** A Redis in memory whose sets can be held back. */
function fakeRedis() {
  const values = new Map<string, string>();
  let gate = Promise.resolve();
  const redis = {
    getAll: async (keys: string[]) => keys.map((key) => values.get(key) ?? null),
    setUntil: async (key: string, value: string) => {
      await gate;
      values.set(key, value);
    },
    setAll: async (entries: Record<string, string>) =>
      Object.entries(entries).forEach(([key, value]) => values.set(key, value)),
    setMissing: async (entries: Record<string, string>) =>
      Object.entries(entries).map(([key, value]) => {
        if (!values.has(key)) values.set(key, value);
        return values.get(key)!;
      }),
  } as unknown as RedisCache;
  return { redis, values, hold: (until: Promise<void>) => void (gate = until) };
}

const board = { cacheIsSafe: () => true, turnCacheOff: jest.fn(async () => {}) };

function setUp() {
  const fake = fakeRedis();
  const cache = createResponseCache({ redis: fake.redis, board, prefix: 'test', entryLifeMs: 1_000 });
  let stored = 'old';
  const load = jest.fn(async () => ({ value: stored }));
  const read = () => cache.read({ key: 'it', generations: ['it'], load });
  return { ...fake, cache, load, read, write: (value: string) => (stored = value) };
}

it("doesn't serve what a slow reader sets after a write", async () => {
  const { cache, read, write, hold } = setUp();
  let release = () => {};
  hold(new Promise((resolve) => (release = resolve)));
  const slow = read();
  await new Promise(setImmediate);
  write('new');
  await cache.invalidate(['it']);
  release();
  expect((await slow).json).toBe('"old"');
  expect(await read()).toMatchObject({ json: '"new"', state: 'MISS' });
});

it('lets readers that miss at the same moment load once', async () => {
  const { read, load } = setUp();
  await read();
  const { cache } = setUp();
  const slowLoad = jest.fn(
    () => new Promise<{ value: string }>((resolve) => setImmediate(resolve, { value: 'x' })),
  );
  const reads = Array.from({ length: 10 }, () =>
    cache.read({ key: 'k', generations: ['g'], load: slowLoad }),
  );
  expect((await Promise.all(reads)).map(({ json }) => json)).toEqual(Array(10).fill('"x"'));
  expect(slowLoad).toHaveBeenCalledTimes(1);
  expect(load).toHaveBeenCalledTimes(1);
});

it("doesn't let a reader that comes after a write join the load of one from before it", async () => {
  const { cache } = setUp();
  let finish = (_value: { value: string }) => {};
  const early = cache.read({
    key: 'k',
    generations: ['g'],
    load: () => new Promise((resolve) => (finish = resolve)),
  });
  await new Promise(setImmediate);
  await cache.invalidate(['g']);
  const late = await cache.read({ key: 'k', generations: ['g'], load: async () => ({ value: 'new' }) });
  expect(late.json).toBe('"new"');
  finish({ value: 'old' });
  expect((await early).json).toBe('"old"');
});

it('never lets a token come into force a second time', async () => {
  const { cache, redis, values } = setUp();
  const seen: string[] = [];
  const setAll = redis.setAll.bind(redis);
  redis.setAll = async (entries, ttlMs) => {
    await setAll(entries, ttlMs);
    seen.push(values.get('test:generation:it')!);
    // It was done, and the writer isn't told.
    if (seen.length === 1) throw new Error('late');
  };
  await cache.invalidate(['it']);
  expect(seen.length).toBe(2);
  expect(seen[0]).not.toBe(seen[1]);
});

it('keeps what is too large out of Redis', async () => {
  const { cache } = setUp();
  const read = () =>
    cache.read({ key: 'big', generations: ['g'], load: async () => ({ value: 'x'.repeat(2e6) }) });
  expect((await read()).state).toBe('MISS');
  expect((await read()).state).toBe('MISS');
});

it('takes a lost generation for a miss', async () => {
  const { read, values } = setUp();
  await read();
  expect((await read()).state).toBe('HIT');
  values.delete('test:generation:it');
  expect((await read()).state).toBe('MISS');
});

it('turns the cache off for all where Redis confirms nothing', async () => {
  const { cache, redis } = setUp();
  redis.setAll = () => Promise.reject(new Error('away'));
  await cache.invalidate(['it']);
  expect(board.turnCacheOff).toHaveBeenCalledWith(1_000);
});

it('answers and remembers nothing where a load fails', async () => {
  const { cache } = setUp();
  const failing = { key: 'k', generations: ['g'], load: () => Promise.reject(new Error('no such thing')) };
  await expect(cache.read(failing)).rejects.toThrow('no such thing');
  expect(await cache.read({ ...failing, load: async () => ({ value: 1 }) })).toMatchObject({ state: 'MISS' });
});
