import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FILL_BUDGET } from '../../../src/cache/fill-budget';
import { createRateLimiters } from '../../../src/infra/rate-limiter';
import { as, buildTask, buildMember, type Account } from '../../support/factories';
import { eventually } from '../../support/wait';
import { useAdmin, useApis, useCache, useRedis } from '../../support/use-api';

/** A Redis that is always full, as configured by tools/local-servers/servers/redis.ts. */
const redis = useRedis();
const filler = useCache(redis);
beforeAll(async () => {
  const { client } = filler.redis;
  await client.config('SET', 'maxmemory-policy', 'volatile-ttl');
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
  await client.config('SET', 'maxmemory', used + 1_000_000);
});
const [reader, writer] = useApis(() => ({
  REDIS_URL: redis.url,
  RATE_LIMIT_EXEMPT_LOOPBACK: 'false',
  LOGIN_ATTEMPTS: '3',
}));
const admin = useAdmin(writer);

/** More cached answers than Redis has room for. */
async function fill(): Promise<void> {
  const value = 'x'.repeat(20_000);
  for (let index = 0; index < 150; index++) {
    const name = `fill:${Math.random()}`;
    await filler.cache.read({
      class: 'tasks',
      key: name,
      generations: [name],
      load: async () => ({ value }),
    });
  }
}

const evicted = async () => Number(/evicted_keys:(\d+)/.exec(await filler.redis.client.info('stats'))![1]);

describe('the API with a full Redis', () => {
  it('answers every read correctly while entries are evicted', async () => {
    const tasks = await Promise.all(Array.from({ length: 10 }, () => buildTask(writer, admin)));
    for (let round = 1; round <= 5; round++) {
      await fill();
      for (const { _id } of tasks) {
        const path = `/tasks/${_id}`;
        await as(reader, admin).get(path).expect(200);
        await admin.put(path, { title: `round ${round}` }).expect(200);
        const { body } = await as(reader, admin).get(path).expect(200);
        expect(body.title).toBe(`round ${round}`);
      }
    }
    expect(await evicted()).toBeGreaterThan(100);
  }, 120_000);

  describe('the keys that limits and correctness need', () => {
    const guess = () =>
      as(reader, admin).post('/users/login', { email: 'nobody@example.com', password: 'a wrong guess' });
    const used = async (by: Account) => {
      const { headers } = await as(reader, by).get(`/users/${by.id}`).expect(200);
      return 600 - Number(/"default";r=(\d+)/.exec(headers.ratelimit!)![1]);
    };

    it('have no expiry, so they cannot be evicted', async () => {
      await guess().expect(401);
      const { client } = filler.redis;
      const names = await client.keys(`${reader.namespace}:limits*`);
      expect(names.length).toBeGreaterThan(3);
      expect(await Promise.all(names.map((name) => client.ttl(name)))).toEqual(names.map(() => -1));
    });

    it.each(['volatile-ttl', 'volatile-lru', 'volatile-lfu', 'volatile-random'])(
      'survive a cache that is filled again and again, under %s',
      async (policy) => {
        await filler.redis.client.config('SET', 'maxmemory-policy', policy);
        const by = await buildMember(writer);
        const email = `${policy}@example.com`;
        const guessAs = () => as(reader, admin).post('/users/login', { email, password: 'a wrong guess' });
        for (let count = 0; count < 3; count++) await guessAs().expect(401);
        const before = { evicted: await evicted(), used: await used(by) };
        for (let round = 0; round < 4; round++) await fill();
        // Entries that expire later than any counter, as with a longer CACHE_TTL_SECONDS.
        for (let index = 0; index < 150; index++)
          await filler.redis.client.set(`other:${policy}:${index}`, 'x'.repeat(20_000), 'PX', 7_200_000);
        expect((await evicted()) - before.evicted).toBeGreaterThan(300);
        expect(await used(by)).toBe(before.used + 1);
        const { headers } = await guessAs().expect(429);
        expect(Number(headers['retry-after'])).toBeGreaterThan(800);
      },
      120_000,
    );

    it('go when their window is over, so that counters do not pile up', async () => {
      const limiter = createRateLimiters({ redis: filler.redis, prefix: 'short' })({
        name: 'n',
        points: 5,
        seconds: 2,
      });
      // All at once, so that the first is still there after the last.
      const countAll = (from: number, to: number) =>
        Promise.all(Array.from({ length: to - from }, (_, index) => limiter.count(`client ${from + index}`)));
      await countAll(0, 60);
      const keys = async () => (await filler.redis.client.keys('short:limits:*')).length;
      expect(await keys()).toBe(60);
      await sleep(2_100);
      expect((await limiter.count('client 0')).used).toBe(1);
      await countAll(100, 130);
      expect(await keys()).toBeLessThanOrEqual(31);
    });
  });

  it('holds at most the budget of a member who requests ever new lists, and nothing for forged cursors', async () => {
    const { client } = filler.redis;
    await client.config('SET', 'maxmemory', 256_000_000);
    const member = await buildMember(writer);
    const description = 'd'.repeat(5_000);
    await Promise.all(
      Array.from({ length: 30 }, () => buildTask(writer, admin, { assignedTo: member.id, description })),
    );
    const entries = async () =>
      (await client.keys(`${reader.namespace}:*:entry:tasks:${member.id}:*`)).length;
    const { headers } = await as(reader, member).get('/tasks?limit=1').expect(200);
    const cursor = /cursor=([\w-]+)>; rel="next"/.exec(headers.link!)![1]!;
    const before = await entries();
    for (const forged of [`${cursor}A`, cursor.slice(1), cursor.slice(22), `${cursor.slice(0, -1)}_`])
      if (forged !== cursor) await as(reader, member).get(`/tasks?limit=1&cursor=${forged}`).expect(400);
    expect(await entries()).toBe(before);

    const memory = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
    const start = await memory();
    // 150 kB each, in all almost four times the budget.
    for (let index = 0; index < 200; index += 1) {
      const from = new Date(index * 1_000).toISOString();
      await as(index % 2 ? reader : writer, member)
        .get(`/tasks?limit=100&createdFrom=${from}`)
        .expect(200);
    }
    const grown = (await memory()) - start;
    expect(grown).toBeGreaterThan(FILL_BUDGET / 2);
    expect(grown).toBeLessThan(1.5 * FILL_BUDGET);
  }, 120_000);

  it('answers without the cache if nothing can be evicted', async () => {
    const { client } = filler.redis;
    const { _id } = await buildTask(writer, admin);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'maxmemory', 1);
    await admin.put(`/tasks/${_id}`, { title: 'still here' }).expect(200);
    const { body } = await as(reader, admin).get(`/tasks/${_id}`).expect(200);
    expect(body.title).toBe('still here');
  });

  it('serves writes and reads while Redis refuses writes because it cannot save them', async () => {
    const { client } = filler.redis;
    const [, folder] = await client.config('GET', 'dir');
    await client.config('SET', 'maxmemory', 256_000_000);
    await client.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await client.config('SET', 'save', '3600 1');
    rmSync(folder!, { recursive: true });
    try {
      await client.bgsave();
      await eventually(async () => /MISCONF/.test(await client.set('any', 'y').catch(String)));
      const { _id } = await buildTask(writer, admin);
      for (const title of ['first', 'second']) {
        await admin.put(`/tasks/${_id}`, { title }).expect(200);
        expect((await as(reader, admin).get(`/tasks/${_id}`).expect(200)).body).toMatchObject({ title });
      }
      await client.config('SET', 'save', '');
      await eventually(async () => (await client.set('any', 'z').catch(String)) === 'OK');
    } finally {
      mkdirSync(folder!, { recursive: true });
    }
  }, 60_000);
});
