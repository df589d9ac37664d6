import { connectCache, type TestCache } from '../../support/cache';
import { useRedis } from '../../support/use-api';

/** The caches of two workers on one Redis. */
const server = useRedis();
let few: TestCache;
let more: TestCache;

describe('the budget of a caller', () => {
  const list = (caller: string, key: string, at = few) =>
    at.cache.read({
      class: 'tasks',
      key: `tasks:${key}`,
      generations: ['tasks'],
      load: async () => ({ value: 'x'.repeat(1_000) }),
      caller,
    });

  beforeEach(async () => {
    const options = { prefix: 'budget', budget: 10_000 };
    [few, more] = await Promise.all([connectCache(server.url, options), connectCache(server.url, options)]);
  });
  afterEach(async () => {
    await few.redis.client.flushall();
    for (const each of [few, more]) each.close();
  });

  it('bounds what the lists of one caller may add on all workers, without affecting other callers', async () => {
    for (let index = 0; index < 50; index += 1) await list('ann', `ann:${index}`, index % 2 ? few : more);
    const kept = (await few.redis.client.keys('budget:*:entry:*')).length;
    expect(kept).toBeGreaterThan(5);
    // 10 kB, and one entry too many of each worker.
    expect(kept).toBeLessThanOrEqual(12);
    expect(few.events).toContain('tasks over_budget');
    expect((await list('ann', 'ann:0', few)).state).toBe('HIT');
    await list('bob', 'bob:0', few);
    expect((await list('bob', 'bob:0', more)).state).toBe('HIT');
  });

  it('is not spent by an answer that replaces an older one', async () => {
    for (let index = 0; index < 50; index += 1) {
      await few.cache.written({ generations: ['tasks'] });
      expect((await list('ann', 'same', few)).state).toBe('MISS');
    }
    expect((await list('ann', 'same', few)).state).toBe('HIT');
    expect(few.events).not.toContain('tasks over_budget');
  });
});
