import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '../../support/api';
import { as, buildTask, buildMember, cachedRead } from '../../support/factories';
import { eventually } from '../../support/wait';
import { use } from '../../support/use';
import { useAdmin, useApi, useMember, useRedis, useTcpProxy } from '../../support/use-api';

/** Two API workers on one Redis; the writer connects through a link that tests can break. */
const redis = useRedis();
const link = useTcpProxy(redis);
// Entries live for 2 s, so that the cache is soon on again.
const reader = useApi(() => ({ CACHE_TTL_SECONDS: '2', REDIS_URL: redis.url }));
const writer = use(
  () => startApi(reader.namespace, { CACHE_TTL_SECONDS: '2', REDIS_URL: `redis://127.0.0.1:${link.port}` }),
  (api) => api.close(),
);
const admin = useAdmin(writer);
const member = useMember(writer);

const cacheState = async (path: string) =>
  (await as(reader, admin).get(path).expect(200)).headers['x-cache'] as string;
const untilHit = (path: string) => eventually(async () => (await cacheState(path)) === 'HIT', 25_000);

describe('each read', () => {
  it.each([
    ['a task', (id: string) => `/tasks/${id}`],
    ['all tasks', () => '/tasks'],
    ['a user', () => `/users/${member.id}`],
    ['all users', () => '/users'],
  ])('of %s misses once, then hits on any worker', async (_name, path) => {
    const { _id } = await buildTask(writer, admin, { assignedTo: member.id });
    const first = await cachedRead(reader, admin, path(_id));
    expect(first.headers['x-cache']).toBe('MISS');
    const second = await cachedRead(writer, admin, path(_id));
    expect(second.headers['x-cache']).toBe('HIT');
    expect(second.body).toEqual(first.body);
    expect(second.headers.link).toBe(first.headers.link);
  });

  it("never shows a member another member's cached task", async () => {
    const stranger = await buildMember(writer);
    const { _id } = await buildTask(writer, admin, { assignedTo: member.id });
    await as(reader, member).get(`/tasks/${_id}`).expect(200);
    await as(reader, stranger).get(`/tasks/${_id}`).expect(404);
    const lists = await Promise.all([member, stranger].map((who) => as(reader, who).get('/tasks')));
    expect(lists[1]!.body).toEqual([]);
    expect(lists[0]!.body.length).toBeGreaterThan(0);
  });
});

/** Each write, with the reads that must show it at once on the other worker. */
async function writesAreSeen(): Promise<void> {
  const { _id } = await buildTask(writer, admin, { assignedTo: member.id });
  const see = async (path: string) => (await as(reader, admin).get(path).expect(200)).body;
  const readAll = () => Promise.all([`/tasks/${_id}`, '/tasks', '/users', `/users/${member.id}`].map(see));
  await readAll();
  for (const status of ['Doing', 'to Do', 'Doing', 'Done']) {
    await admin.put(`/tasks/${_id}`, { status }).expect(200);
    const [task, tasks, users] = await readAll();
    expect(task.status).toBe(status);
    expect(tasks[0].status).toBe(status);
    expect(users.find((user: { _id: string }) => user._id === member.id).tasks[0].status).toBe(status);
  }
  await admin.put(`/tasks/${_id}`, { assignedTo: admin.id }).expect(200);
  const [, , , was] = await readAll();
  expect(was.tasks).not.toContain(_id);
  expect((await see(`/users/${admin.id}`)).tasks).toContain(_id);
  await admin.delete(`/tasks/${_id}`).expect(204);
  await as(reader, admin).get(`/tasks/${_id}`).expect(404);
  expect((await see('/tasks')).map((task: { _id: string }) => task._id)).not.toContain(_id);
}

describe('the next read on another worker shows an acknowledged write', () => {
  it('if all servers are up', writesAreSeen);

  it("while the writer's link to Redis drops everything", async () => {
    const { _id } = await buildTask(writer, admin);
    await untilHit(`/tasks/${_id}`);
    link.blackHole();
    await admin.put(`/tasks/${_id}`, { status: 'Doing' }).expect(200);
    expect((await as(reader, admin).get(`/tasks/${_id}`)).body.status).toBe('Doing');
    await writesAreSeen();
    link.mend();
    await writesAreSeen();
    await untilHit(`/tasks/${_id}`);
    await writesAreSeen();
  });

  it('while Redis is frozen, and after it resumes with its old data', async () => {
    const { _id } = await buildTask(writer, admin);
    await untilHit(`/tasks/${_id}`);
    redis.freeze();
    await admin.put(`/tasks/${_id}`, { status: 'Doing' }).expect(200);
    await writesAreSeen();
    redis.thaw();
    expect((await as(reader, admin).get(`/tasks/${_id}`)).body.status).toBe('Doing');
    await writesAreSeen();
    await untilHit(`/tasks/${_id}`);
  });

  it('while Redis is down, and after it is back', async () => {
    const { _id } = await buildTask(writer, admin);
    await untilHit(`/tasks/${_id}`);
    await redis.stop();
    await admin.put(`/tasks/${_id}`, { status: 'Doing' }).expect(200);
    const answer = await as(reader, admin).get(`/tasks/${_id}`).expect(200);
    expect(answer.body.status).toBe('Doing');
    expect(answer.headers['x-cache']).toBe('BYPASS');
    await writesAreSeen();
    await redis.start();
    await writesAreSeen();
    await untilHit(`/tasks/${_id}`);
    await writesAreSeen();
  });
});

describe('the cache of two workers', () => {
  it('serves nothing from the snapshot of an older Redis process', async () => {
    const { _id } = await buildTask(writer, admin);
    await untilHit(`/tasks/${_id}`);
    await redis.save();
    await admin.put(`/tasks/${_id}`, { status: 'Doing' }).expect(200);
    await redis.stop();
    await redis.start();
    for (let count = 0; count < 20; count++) {
      expect((await as(reader, admin).get(`/tasks/${_id}`)).body.status).toBe('Doing');
      await sleep(50);
    }
  }, 120_000);

  it('delays only the first write in an outage of Redis', async () => {
    const fiveWrites = async () => {
      const startedAt = Date.now();
      for (let count = 0; count < 5; count++) await buildTask(writer, admin);
      return Date.now() - startedAt;
    };
    const usual = await fiveWrites();
    await redis.stop();
    await buildTask(writer, admin);
    // Five waits would take a second each.
    expect(await fiveWrites()).toBeLessThan(3 * usual + 4_000);
    await redis.start();
    await sleep(100);
  }, 120_000);
});
