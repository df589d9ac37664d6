import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '../../support/api';
import { as, buildMember, buildTask } from '../../support/factories';
import { use } from '../../support/use';
import { useAdmin, useApi, useRedis, useTcpProxy } from '../../support/use-api';
import { eventually } from '../../support/wait';

/** Two API workers, each with an address of Redis that can lead new connections to the other server. */
const [one, two] = [useRedis(), useRedis()];
const [readersLink, writersLink] = [useTcpProxy(one), useTcpProxy(one)];
const reader = useApi(() => ({ REDIS_URL: `redis://127.0.0.1:${readersLink.port}` }));
const writer = use(
  () => startApi(reader.namespace, { REDIS_URL: `redis://127.0.0.1:${writersLink.port}` }),
  (api) => api.close(),
);
const admin = useAdmin(writer);

type Server = typeof one;
const follow = async (replica: Server, primary: Server) => {
  await replica.command('REPLICAOF', '127.0.0.1', String(primary.port));
  await eventually(async () => (await replica.command('INFO', 'replication')).includes('link_status:up'));
};
/** Counts the connections of workers: without that of the command itself. */
const clientsOf = async (server: Server) =>
  (await server.command('CLIENT', 'LIST', 'TYPE', 'normal')).trim().split('\n').length - 1;
const promote = (server: Server) => server.command('REPLICAOF', 'NO', 'ONE');
const leadTo = ({ port }: Server) => [readersLink, writersLink].forEach((link) => link.leadTo(port));

const read = (path: string, who = admin) => as(reader, who).get(path);
const untilHit = (path: string) =>
  eventually(async () => {
    const states = await Promise.all([read(path), as(writer, admin).get(path)]);
    return states.every(({ headers }) => headers['x-cache'] === 'HIT');
  }, 60_000);

/** Reads for a while, and returns what it found beside what was expected. */
async function others(path: string, title: string, ms: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const end = Date.now() + ms; Date.now() < end;) {
    const { body, headers } = await read(path).expect(200);
    if (body.title !== title) found.push(`${headers['x-cache']} ${body.title}`);
  }
  return found;
}

/** Begins with `one` as the primary of both workers, and a task that both have cached. */
async function cachedTask(fields = {}) {
  const task = await buildTask(writer, admin, fields);
  const path = `/tasks/${task._id}`;
  await untilHit(path);
  return path;
}

beforeEach(async () => {
  await promote(one);
  leadTo(one);
  [readersLink, writersLink].forEach((link) => link.mend());
  await follow(two, one);
});

describe('the cache after a promotion', () => {
  it('serves nothing from the old primary to which a worker is still connected', async () => {
    const [was, is] = await Promise.all([buildMember(writer), buildMember(writer)]);
    const path = await cachedTask({ assignedTo: was.id });
    await read(path, was).expect(200);
    await promote(two);
    leadTo(two);
    // Only the writer connects again.
    writersLink.mend();
    await eventually(async () => (await clientsOf(two)) === 1);
    expect(await clientsOf(one)).toBe(1);
    await sleep(200);
    for (let count = 0; count < 10; count++) {
      const title = `Title ${count}`;
      await admin.put(path, { title, assignedTo: (count % 2 ? was : is).id }).expect(200);
      expect(await others(path, title, 200)).toEqual([]);
      await read(path, count % 2 ? was : is).expect(200);
      await read(path, count % 2 ? is : was).expect(404);
    }
    // The reader followed by itself.
    await untilHit(path);
    await admin.put(path, { title: 'In the new one' }).expect(200);
    expect(await others(path, 'In the new one', 300)).toEqual([]);
    expect(await clientsOf(one)).toBe(0);
  }, 120_000);

  it('serves nothing that the new primary had missed, to clients that the old one keeps as a replica', async () => {
    const path = await cachedTask();
    // From here on nothing is replicated, as if the network were cut.
    await promote(two);
    await admin.put(path, { title: 'Missed' }).expect(200);
    await untilHit(path);
    await one.command('REPLICAOF', '127.0.0.1', String(two.port));
    leadTo(two);
    expect(await others(path, 'Missed', 1_500)).toEqual([]);
    await untilHit(path);
    expect(await others(path, 'Missed', 300)).toEqual([]);
  }, 120_000);

  it('survives that a server is demoted and promoted again while clients are on it', async () => {
    const path = await cachedTask();
    await promote(two);
    await admin.put(path, { title: 'Missed' }).expect(200);
    await follow(one, two);
    await promote(one);
    expect(await others(path, 'Missed', 1_500)).toEqual([]);
    await untilHit(path);
    expect(await others(path, 'Missed', 300)).toEqual([]);
  }, 120_000);
});
