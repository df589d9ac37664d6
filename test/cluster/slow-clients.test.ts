import { connectRaw, type RawClient } from '../support/raw-client';
import { eventually } from '../support/wait';
import { newPicture } from '../support/pictures';
import { newTitle, useCluster, by } from '../support/cluster';
import { use } from '../support/use';

/** Too many for the kernel's buffers, so that NGINX has to wait for a client that does not read. */
const LISTS = 150;
let headers: Record<string, string>;
const clients: RawClient[] = [];

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const { post } = by(cluster, admin);
beforeAll(async () => {
  headers = { Authorization: `Bearer ${admin.token}` };
  const task = { title: newTitle(), description: 'x'.repeat(2_000) };
  for (let i = 0; i < 100; i += 1) await post('/tasks', task);
}, 120_000);

afterAll(() => clients.forEach(({ socket }) => socket.destroy()));

async function connect(): Promise<RawClient> {
  const client = await connectRaw(cluster.stack.info().ports.nginx!);
  clients.push(client);
  return client;
}

describe('a reload', () => {
  it('answers slow and idle clients, and resets none', async () => {
    const before = (await cluster.apiWorkers()).map(({ pid }) => pid);
    const [idle, reader, uploader] = [await connect(), await connect(), await connect()];
    idle.ask('GET /tasks?limit=1', headers);
    await eventually(() => idle.statuses().length === 1);
    reader.socket.pause();
    for (let i = 0; i < LISTS; i += 1) reader.ask('GET /tasks?limit=100', headers);

    const reloaded = cluster.stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 60_000 });
    const picture = await newPicture('png', 1_200, 1_200);
    const type = { ...headers, 'Content-Type': 'image/png' };
    await uploader.upload(`PUT /users/${admin.id}/avatar`, type, picture, reloaded);
    const after = (await cluster.apiWorkers()).map(({ pid }) => pid);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    const unread = reader.socket.bytesRead;

    idle.ask('GET /tasks?limit=1', headers);
    reader.socket.resume();
    await eventually(() => uploader.statuses().length === 1 && idle.statuses().length === 2);
    await eventually(() => reader.statuses().length === LISTS && reader.text().endsWith(']'), 30_000);
    expect(uploader.statuses()).toEqual(['202']);
    expect(idle.statuses()).toEqual(['200', '200']);
    expect(new Set(reader.statuses())).toEqual(new Set(['200']));
    expect(reader.socket.bytesRead).toBeGreaterThan(LISTS * 200_000);
    expect(unread).toBeLessThan(reader.socket.bytesRead / 2);
    expect(clients.map((client) => client.howItEnded())).toEqual(['open', 'open', 'open']);
  }, 90_000);
});
