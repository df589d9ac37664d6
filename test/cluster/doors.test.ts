import { createServer } from 'node:http';
import { once } from 'node:events';
import { send, useCluster } from '../support/cluster';
import { eventually } from '../support/wait';

const cluster = useCluster();

const stateOf = async (door: string) => (await send(door, 'GET', '/status')).body as { pid: number };
const running = async () => (await cluster.stack.apps()).filter(({ status }) => status === 'online');

/** Waits until each process answers for itself at its internal port. */
async function eachAnswers(count: number): Promise<void> {
  await eventually(async () => {
    const apps = await running();
    const found = await Promise.all(
      apps.map(async ({ door, pid }) => (await stateOf(door).catch(() => undefined))?.pid === pid),
    );
    return apps.length === count && found.every(Boolean);
  }, 60_000);
}

describe('the internal ports of a cluster', () => {
  it('answer each for its own process, job workers too', async () => {
    await eachAnswers(3);
    for (const { door, name, instance } of await running()) {
      const kind = name === 'taskfleet-api' ? 'api' : 'worker';
      const { body } = await send(door, 'GET', '/metrics');
      const workers = [...(body as string).matchAll(/worker="(\S+?)"/g)].map(([, worker]) => worker);
      expect([...new Set(workers)]).toEqual([`${kind}-${instance}`]);
      expect((await send(door, 'GET', '/health/ready')).status).toBe(200);
    }
  });

  it('have what the ports for clients lack', async () => {
    for (const { port } of await cluster.apiWorkers())
      for (const path of ['/metrics', '/metrics/all', '/health/ready/details', '/status'])
        expect((await send(`http://127.0.0.1:${port}`, 'GET', path)).status).toBe(404);
  });

  it('go over to the next process in a reload, with never another than the two', async () => {
    const [app] = await cluster.apiWorkers();
    const seen = new Set<number>();
    let isOver = false;
    const watch = async () => {
      while (!isOver) {
        const state = await stateOf(app!.door).catch(() => undefined);
        if (state) seen.add(state.pid);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const watching = watch();
    await cluster.stack.pm2(['reload', 'all'], { timeoutMs: 120_000 });
    await eachAnswers(3);
    isOver = true;
    await watching;
    const after = (await cluster.apiWorkers()).find(({ instance }) => instance === app!.instance);
    expect(after!.pid).not.toBe(app!.pid);
    expect([...seen]).toEqual([app!.pid, after!.pid]);
  }, 180_000);

  it('come and go with pm2 scale', async () => {
    const doors = (await running()).map(({ door }) => door);
    await cluster.stack.pm2(['scale', 'taskfleet-api', '1'], { timeoutMs: 60_000 });
    await eachAnswers(2);
    const left = (await running()).map(({ door }) => door);
    const gone = doors.filter((door) => !left.includes(door));
    expect(gone).toHaveLength(1);
    await eventually(() =>
      send(gone[0]!, 'GET', '/status').then(
        () => false,
        () => true,
      ),
    );
    // The lowest free number is taken first, so the names are those of before.
    await cluster.stack.pm2(['scale', 'taskfleet-api', '2'], { timeoutMs: 60_000 });
    await eachAnswers(3);
    expect((await running()).map(({ door }) => door).sort()).toEqual(doors.sort());
  }, 180_000);

  it('are opened by the process that follows a killed one, once another program leaves them', async () => {
    const [app] = await cluster.apiWorkers();
    const other = createServer((_request, response) => response.end('{}'));
    process.kill(app!.pid, 'SIGKILL');
    await eventually(async () => {
      other.listen(Number(new URL(app!.door).port), '127.0.0.1');
      return once(other, 'listening').then(
        () => true,
        () => false,
      );
    });
    try {
      await eventually(async () => {
        const next = (await cluster.apiWorkers()).find(({ instance }) => instance === app!.instance);
        return next && (await cluster.stack.apps()).length === 3 && next.pid !== app!.pid;
      }, 60_000);
      expect((await send(cluster.url, 'GET', '/health/ready')).status).toBe(200);
    } finally {
      other.close();
    }
    await eachAnswers(3);
  }, 120_000);
});
