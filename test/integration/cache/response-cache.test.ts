import type { CachedRead, Loaded } from '../../../src/cache/response-cache';
import { gate, type TestCache } from '../../support/cache';
import { useCache, useRedis } from '../../support/use-api';

/** The caches of two workers on one Redis. */
const server = useRedis();
const [one, other] = [useCache(server), useCache(server)];
afterEach(async () => {
  for (const { before, events, board } of [one, other]) {
    Object.keys(before).forEach((name) => delete before[name]);
    events.length = 0;
    board.turnCacheOff.mockClear();
  }
  await one.redis.client.flushall();
});

/** Simulates an entity in a database, with its reads and writes. */
function entity(key = 'task:1', shows: string[] = []) {
  const state = { version: 1, loads: 0 };
  const load: CachedRead['load'] = async (dependOn): Promise<Loaded> => {
    const { version } = state;
    await dependOn(shows);
    state.loads += 1;
    return { value: `v${version}`, version };
  };
  const read = ({ cache }: TestCache) => cache.read({ class: 'task', key, generations: [key], load });
  /** Resolves at the acknowledgement; `version` is what it reports to the cache. */
  const tell = ({ cache }: TestCache, version: number) =>
    cache.written({ generations: [], entity: { class: 'task', key, version, dependsOn: shows } });
  async function write(by: TestCache): Promise<void> {
    const version = (state.version += 1);
    await (
      await tell(by, version)
    )({ value: `v${version}`, version });
  }
  return { key, state, read, tell, write };
}

describe('the response cache', () => {
  it('refuses the fill of a slow reader after a write', async () => {
    const { read, write, state } = entity();
    const paused = gate();
    one.before.cacheFill = () => paused.opened;
    const slow = read(one);
    await untilLoaded(state);
    await write(other);
    paused.open();
    expect(await slow).toMatchObject({ json: '"v1"', state: 'MISS' });
    expect(one.events).toContain('task stale_refused');
    expect((await read(other)).json).toBe('"v2"');
  });

  const untilLoaded = async (state: { loads: number }) => {
    while (state.loads === 0) await new Promise(setImmediate);
  };

  it('serves the result of a write at once on every worker, without a load', async () => {
    const { read, write, state } = entity();
    await read(one);
    await write(one);
    expect(await read(other)).toMatchObject({ json: '"v2"', state: 'HIT' });
    expect(await read(one)).toMatchObject({ json: '"v2"', state: 'HIT' });
    expect(state.loads).toBe(1);
  });

  it('keeps the newer of two writes that are reported in the wrong order', async () => {
    const { read, tell, state } = entity();
    await read(one);
    state.version = 3;
    await (
      await tell(one, 3)
    )({ value: 'v3', version: 3 });
    await (
      await tell(other, 2)
    )({ value: 'v2', version: 2 });
    expect(await read(one)).toMatchObject({ json: '"v3"', state: 'HIT' });
  });

  it('does not let a write refill if later writes may be unknown', async () => {
    const { read, tell, state } = entity();
    await read(one);
    // Simulates an eviction, which forgets a later write's report.
    await one.redis.client.flushall();
    state.version = 3;
    await (
      await tell(other, 2)
    )({ value: 'v2', version: 2 });
    expect(await read(one)).toMatchObject({ json: '"v3"', state: 'MISS' });
  });

  it('refuses a refill that is older than another write when it arrives', async () => {
    const { read, tell, state } = entity();
    await read(one);
    state.version = 2;
    const refill = await tell(one, 2);
    state.version = 3;
    await tell(other, 3);
    await refill({ value: 'v2', version: 2 });
    expect(await read(one)).toMatchObject({ json: '"v3"' });
  });

  it('keeps the newer of two simultaneous loads, and never serves an older version after a newer one', async () => {
    const { read, tell, state } = entity();
    const paused = gate();
    one.before.cacheFill = () => paused.opened;
    const slow = read(one);
    await untilLoaded(state);
    // Committed but not reported yet: others may see it already.
    state.version = 3;
    expect(await read(other)).toMatchObject({ json: '"v3"', state: 'MISS' });
    paused.open();
    await slow;
    expect(await read(one)).toMatchObject({ json: '"v3"', state: 'HIT' });
    await (
      await tell(one, 2)
    )({ value: 'v2', version: 2 });
    await (
      await tell(other, 3)
    )({ value: 'v3', version: 3 });
    expect(await read(one)).toMatchObject({ json: '"v3"', state: 'HIT' });
  });

  it('keeps one of two simultaneous loads of two workers', async () => {
    const { read } = entity();
    await Promise.all([read(one), read(other)]);
    expect([...one.events, ...other.events]).not.toContain('task stale_refused');
    expect((await read(one)).state).toBe('HIT');
  });

  it('ends what it can if the epoch is unknown', async () => {
    const { read, tell, state } = entity();
    await read(one);
    state.version = 2;
    const { lookIfStale } = one.board;
    one.board.lookIfStale = () => Promise.reject(new Error('MongoDB is away'));
    await expect(tell(one, 2)).rejects.toThrow('MongoDB is away');
    one.board.lookIfStale = lookIfStale;
    expect(await read(other)).toMatchObject({ json: '"v2"', state: 'MISS' });
  });

  it('loads once for simultaneous readers', async () => {
    const { read, state } = entity();
    const answers = await Promise.all(Array.from({ length: 10 }, () => read(one)));
    expect(answers.map(({ json }) => json)).toEqual(Array(10).fill('"v1"'));
    expect(state.loads).toBe(1);
  });

  it('does not share a load with readers that come after a later write', async () => {
    const { read, write, state } = entity();
    const paused = gate();
    one.before.cacheFill = () => paused.opened;
    const early = read(one);
    await untilLoaded(state);
    await write(other);
    const late = read(one);
    paused.open();
    expect((await early).json).toBe('"v1"');
    expect((await late).json).toBe('"v2"');
  });

  it('ends exactly the answers that show a person', async () => {
    const shown = entity('task:shown', ['profile:ann']);
    const others = entity('task:others', ['profile:bob']);
    await Promise.all([shown.read(one), others.read(one)]);
    expect([(await shown.read(other)).state, (await others.read(other)).state]).toEqual(['HIT', 'HIT']);
    await other.cache.written({ generations: ['profile:ann'] });
    expect([(await shown.read(one)).state, (await others.read(one)).state]).toEqual(['MISS', 'HIT']);
  });

  it('treats a lost generation as a miss', async () => {
    const { read, key } = entity();
    await read(one);
    expect((await read(one)).state).toBe('HIT');
    const [name] = await one.redis.client.keys(`*:generation:${key}`);
    await one.redis.client.del(name!);
    expect((await read(one)).state).toBe('MISS');
  });

  it('keeps neither oversized nor transient answers', async () => {
    const big = { class: 'task' as const, key: 'big', generations: ['big'] };
    const load = async () => ({ value: 'x'.repeat(2e6) });
    expect((await one.cache.read({ ...big, load })).state).toBe('MISS');
    expect((await one.cache.read({ ...big, load })).state).toBe('MISS');
    const transient = async () => ({ value: 'without its assignee', isTransient: true });
    expect((await one.cache.read({ ...big, load: transient })).state).toBe('MISS');
    expect((await one.cache.read({ ...big, load: transient })).state).toBe('MISS');
  });

  it('passes on and does not cache a failed load', async () => {
    const read = { class: 'task' as const, key: 'k', generations: ['k'] };
    const failing = () => Promise.reject(new Error('no such thing'));
    await expect(one.cache.read({ ...read, load: failing })).rejects.toThrow('no such thing');
    expect(await one.cache.read({ ...read, load: async () => ({ value: 1 }) })).toMatchObject({
      state: 'MISS',
    });
  });

  it('turns the cache off for all workers if Redis does not confirm', async () => {
    const { read, tell } = entity();
    await read(one);
    let tries = 0;
    one.before.cacheWritten = () => Promise.reject(new Error(`away ${(tries += 1)}`));
    await tell(one, 2);
    expect(tries).toBeGreaterThan(1);
    expect(one.board.turnCacheOff).toHaveBeenCalledTimes(1);
  });

  it('serves nothing of another epoch, and nothing while the cache is off', async () => {
    const { read } = entity();
    await read(one);
    one.board.cacheEpoch = () => undefined;
    expect((await read(one)).state).toBe('BYPASS');
    one.board.cacheEpoch = () => 7;
    expect((await read(one)).state).toBe('MISS');
    one.board.cacheEpoch = () => 0;
    expect((await read(one)).state).toBe('HIT');
  });

  it('spreads the expiry of entries of one moment', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, index) => entity(`task:${index}`).read(one)));
    const names = await one.redis.client.keys('*:entry:*');
    const lives = await Promise.all(names.map((name) => one.redis.client.pttl(name)));
    expect(lives.length).toBe(30);
    expect(Math.min(...lives)).toBeGreaterThan(60_000 * 0.75);
    expect(Math.max(...lives)).toBeLessThanOrEqual(60_000);
    // Spread over the last fifth of their life.
    expect(Math.max(...lives) - Math.min(...lives)).toBeGreaterThan(60_000 * 0.08);
  });

  it('keeps an answer with a cached part no longer than that part', async () => {
    const asOf = Date.now() - 59_000;
    const load = async (): Promise<Loaded> => ({ value: 'of a part', asOf });
    await one.cache.read({ class: 'task', key: 'task:old', generations: ['task:old'], load });
    const [key] = await one.redis.client.keys('*entry:task:old');
    const life = key ? await one.redis.client.pttl(key) : 0;
    expect(life).toBeLessThanOrEqual(1_000);
  });
});
