import { dropDatabase, newNamespace, startApi, type TestApi } from '../../support/api';
import { as, buildAdmin, buildTask, type Account } from '../../support/factories';
import { connectCache } from '../../support/cache';
import { startRedis } from '../../support/redis-server';

/** A Redis that is always full, as configured by scripts/stack/servers/redis.js. */
const namespace = newNamespace();
let redis: Awaited<ReturnType<typeof startRedis>>;
let filler: Awaited<ReturnType<typeof connectCache>>;
let reader: TestApi;
let writer: TestApi;
let admin: Account;

beforeAll(async () => {
  redis = await startRedis();
  filler = await connectCache(redis.url);
  const { client } = filler.redis;
  await client.config('SET', 'maxmemory-policy', 'volatile-ttl');
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
  await client.config('SET', 'maxmemory', used + 1_000_000);
  const variables = { REDIS_URL: redis.url, RATE_LIMIT_EXEMPT_LOOPBACK: 'false', LOGIN_ATTEMPTS: '3' };
  [reader, writer] = await Promise.all([startApi(namespace, variables), startApi(namespace, variables)]);
  admin = await buildAdmin(writer);
});
afterAll(async () => {
  await Promise.all([reader.close(), writer.close()]);
  filler.close();
  await redis.remove();
  await dropDatabase(namespace);
});

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

it('answers every read with what was written, while entries are evicted', async () => {
  const tasks = await Promise.all(Array.from({ length: 10 }, () => buildTask(writer, admin)));
  for (let round = 1; round <= 5; round++) {
    await fill();
    for (const { _id } of tasks) {
      const path = `/tasks/${_id}`;
      await as(reader, admin).get(path).expect(200);
      await as(writer, admin)
        .put(path, { title: `round ${round}` })
        .expect(200);
      const { body } = await as(reader, admin).get(path).expect(200);
      expect(body.title).toBe(`round ${round}`);
    }
  }
  expect(await evicted()).toBeGreaterThan(100);
}, 60_000);

it('still knows who has guessed too often', async () => {
  const before = await evicted();
  const guess = () =>
    as(reader, admin).post('/users/login', { email: 'nobody@example.com', password: 'a wrong guess' });
  for (let count = 0; count < 3; count++) await guess().expect(401);
  await fill();
  expect(await evicted()).toBeGreaterThan(before);
  await guess().expect(429);
}, 60_000);

it('answers without the cache where nothing can be evicted', async () => {
  const { client } = filler.redis;
  const { _id } = await buildTask(writer, admin);
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', 1);
  await as(writer, admin).put(`/tasks/${_id}`, { title: 'still here' }).expect(200);
  const { body } = await as(reader, admin).get(`/tasks/${_id}`).expect(200);
  expect(body.title).toBe('still here');
}, 30_000);
