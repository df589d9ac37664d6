import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { endedJob, newTitle, startCluster, by } from '../support/cluster';
import { newPicture } from '../support/pictures';
import { mountSmallDisk } from '../support/small-disk';
import { use } from '../support/use';
import { eventually } from '../support/wait';
import { judgeDisks } from '../../src/doctor/judge-disks';

type Disk = ReturnType<typeof mountSmallDisk>;
const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'full-')));
const disks: Record<string, Disk> = {};
/** SecantusDB writes a checkpoint each minute and ends if there is no room for it. */
const FULL_MS = process.env.TEST_LONG ? 70_000 : 5_000;
/** The file that keep-room gives up for the database once another program has used up the rest. */
const reserve = path.join(dir, 'mongo', 'data', 'reserve');
let acknowledged: string[];

const cluster = use(
  () => {
    // SecantusDB begins with a log of 128 MB and may add two ahead; RabbitMQ accepts nothing below 100 MB.
    disks.database = mountSmallDisk(path.join(dir, 'mongo', 'data'), 1_000);
    disks.rabbitmq = mountSmallDisk(path.join(dir, 'rabbit', 'data'), 250);
    disks.nginx = mountSmallDisk(path.join(dir, 'nginx'), 40);
    disks['server-logs'] = mountSmallDisk(path.join(dir, 'logs'), 40);
    disks['app-logs'] = mountSmallDisk(path.join(dir, 'pm2-apps', 'logs'), 40);
    return startCluster({ dir, servers: ['mongo', 'rabbit'], logLevel: 'info' });
  },
  ({ stack }) => stack.stop(),
  180_000,
);
const admin = use(() => cluster.buildAdmin());
const { get, post, put } = by(cluster, admin);
beforeEach(async () => {
  acknowledged = [];
  // Each worker checks the disk for itself.
  await eventually(async () => (await metric('taskfleet_disk_full')).every((full) => full === 0), 60_000);
  for (let count = 0; count < 20; count++) expect((await create()).status).toBe(201);
}, 90_000);
afterEach(async () => {
  for (const disk of Object.values(disks)) disk.makeRoom();
  // No acknowledged write is lost, and everything recovers without a restart by hand.
  await eventually(async () => (await create()).status === 201, 60_000);
  for (const route of acknowledged) expect((await get(route)).status).toBe(200);
}, 90_000);
afterAll(async () => {
  for (const disk of Object.values(disks)) disk.unmount();
  rmSync(dir, { recursive: true, force: true });
}, 90_000);

async function create() {
  const answer = await post('/tasks', { title: newTitle() });
  if (answer.status === 201) acknowledged.push(answer.headers.get('location')!);
  return answer;
}
const upload = async (picture: Buffer) => put(`/users/${admin.id}/avatar`, picture);
/** Expects success for a cached read, an uncached read and lists. */
async function expectReads() {
  const { pathname } = new URL(acknowledged[0]!, cluster.url);
  for (const route of [pathname, acknowledged.at(-1)!, `/tasks?q=${newTitle().slice(5)}`, '/users?limit=5'])
    expect([route, (await get(route)).status]).toEqual([route, 200]);
}
const pids = async () => (await cluster.stack.apps()).map(({ pid }) => pid);
/** The doctor's findings on disks. */
const doctor = () =>
  judgeDisks(JSON.parse(cluster.stack.info().env.DISK_PLACES ?? '') as Record<string, string>);
/** The doctor's finding on the disk of this place. */
const judged = (place: string) => doctor().find(({ says }) => says.includes(`for ${place}`))!;
async function metric(sample: string): Promise<number[]> {
  const { metrics } = cluster.stack.info().ports;
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith(sample) ? [Number(line.split(' ').at(-1))] : []));
}

describe('a full disk under the database', () => {
  beforeEach(() => eventually(() => (statSync(reserve, { throwIfNoEntry: false })?.size ?? 0) > 20e6));

  it('is announced: the doctor warns and the metrics show it while writes are still accepted', async () => {
    expect(judged('database').level).toBe('ok');
    disks.database!.fill(133);
    expect(judged('database').level).toBe('warning');
    await eventually(async () =>
      (await metric('taskfleet_disk_free_bytes{place="database"')).every((n) => n < 135e6),
    );
    expect((await create()).status).toBe(201);
    expect(await metric('taskfleet_disk_full')).toEqual([0, 0]);
  });

  it('refuses writes with 507, answers reads, and loses nothing', async () => {
    disks.database!.fill();
    await eventually(async () => (await create()).status === 507, 10_000);
    expect(judged('database').level).toBe('error');
    await eventually(async () => (await metric('taskfleet_disk_full')).every((full) => full === 1));
    const seen = new Set<number>();
    for (const until = Date.now() + FULL_MS; Date.now() < until;) {
      const { status, headers, body } = await create();
      seen.add(status);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(body).toMatchObject({ detail: expect.stringContaining('The request had no effect') as string });
      await expectReads();
    }
    expect([...seen]).toEqual([507]);
  }, 120_000);

  it('answers 503 if the server itself ends, and recovers once there is room', async () => {
    const mongo = cluster.stack.server('mongo');
    const before = await mongo.pid();
    // Uses up the reserve as well.
    disks.database!.fill();
    await eventually(() => disks.database!.free() > 0, 10_000);
    await eventually(async () => (await create()).status === 507, 10_000);
    disks.database!.fill();
    await mongo.kill('SIGKILL');
    const statuses = new Set<number>();
    for (let count = 0; count < 20; count++) statuses.add((await create()).status);
    expect([...statuses].filter((status) => ![503, 507].includes(status))).toEqual([]);
    disks.database!.makeRoom();
    await eventually(async () => (await create()).status === 201, 60_000);
    expect(await mongo.pid()).not.toBe(before);
  }, 120_000);
});

describe('a full disk under RabbitMQ', () => {
  it('keeps jobs in MongoDB, is reported, and lets them run once there is room', async () => {
    disks.rabbitmq!.fill();
    expect(judged('rabbitmq').level).toBe('error');
    // RabbitMQ checks its disk every ten seconds and reports an alarm only to a connection that publishes. Few uploads,
    // since their jobs run before the one that this test waits for.
    for (let tries = 0; (await metric('taskfleet_rabbit_blocked'))[0] !== 1; tries++) {
      expect(tries).toBeLessThan(20);
      expect((await upload(await newPicture('png'))).status).toBe(202);
      await sleep(2_000);
    }
    await expectReads();
    expect((await create()).status).toBe(201);
    const { headers } = await upload(await newPicture('png'));
    const waiting = headers.get('location')!;
    expect((await get(waiting)).body).toMatchObject({ status: 'queued' });
    disks.rabbitmq!.makeRoom();
    expect(await endedJob(cluster.url, admin, waiting, 60_000)).toMatchObject({
      status: 'done',
      attempts: 1,
    });
    expect(await metric('taskfleet_rabbit_blocked')).toEqual([0]);
  }, 150_000);
});

describe('a full disk under the logs', () => {
  it('stops no process and no request, and logging continues once there is room', async () => {
    const before = await pids();
    const places = ['nginx', 'server-logs', 'app-logs'];
    for (const place of places) disks[place]!.fill();
    expect(places.map((place) => judged(place).level)).toEqual(Array(3).fill('error'));
    for (let count = 0; count < 50; count++) {
      expect((await create()).status).toBe(201);
      expect((await post('/tasks', '{')).status).toBe(400);
    }
    await expectReads();
    // NGINX buffers it on its disk first.
    const large = await upload(Buffer.alloc(2_000_000, 1));
    expect([large.status, large.body]).toEqual([
      503,
      expect.objectContaining({ detail: expect.stringContaining('had no effect') as string }),
    ]);
    expect(await pids()).toEqual(before);
    // keep-room may take this long to notice that a disk is full or has room again.
    await sleep(2_500);
    for (const place of places) disks[place]!.makeRoom();
    await sleep(2_500);
    const { headers } = await post('/tasks', '{');
    const logs = { nginx: 'nginx/access.log', 'app-logs': 'pm2-apps/logs/taskfleet-api-out.log' };
    await eventually(() =>
      Object.values(logs).every((log) =>
        readFileSync(path.join(dir, log), 'utf8').includes(headers.get('x-request-id')!),
      ),
    );
  }, 120_000);
});
