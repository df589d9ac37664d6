import { readdirSync, readFileSync } from 'node:fs';
import { askProcess } from '../../src/control/control-client';
import { listLiving } from '../../src/control/control-folder';
import { defaultRunDir } from '../../src/lib/private-folder';
import { HOST_NAME, killWorker, newTitle, send, useCluster, by, newTask } from '../support/cluster';
import { use } from '../support/use';
import { holdProcess } from '../support/hold-process';
import { startLoad } from '../support/load';
import { eventually } from '../support/wait';

/** Names of the two workers in `X-Worker`. */
const WORKERS = [0, 1].map((instance) => `${HOST_NAME}/api-${instance}`);

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());

const { get, post, put } = by(cluster, admin);

describe('the cluster', () => {
  it('spreads requests evenly over the workers', async () => {
    const counts: Record<string, number> = {};
    for (let count = 0; count < 100; count++) {
      const worker = (await get('/tasks?limit=1')).headers.get('x-worker')!;
      counts[worker] = (counts[worker] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual(WORKERS);
    for (const count of Object.values(counts)) expect(Math.abs(count - 50)).toBeLessThanOrEqual(5);
  });

  it('shows the writes of one worker on each other worker', async () => {
    const { body } = await post('/tasks', { title: newTitle() });
    const { _id } = body as { _id: string };
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 4 }, () => get(`/tasks/${_id}`)));
      const title = newTitle();
      const written = await put(`/tasks/${_id}`, { title });
      expect(written.status).toBe(200);
      const answers = await Promise.all(Array.from({ length: 4 }, () => get(`/tasks/${_id}`)));
      expect(new Set(answers.map(({ headers }) => headers.get('x-worker'))).size).toBe(2);
      answers.forEach((answer) => expect(answer.body).toMatchObject({ title }));
    }
  });

  it('loses no request over three reloads under 24 connections, half of them POST /tasks', async () => {
    const path = await newTask(cluster, admin);
    const before = (await cluster.apiWorkers()).map(({ pid }) => pid);
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 24, path });
    for (let reload = 0; reload < 3; reload++)
      await cluster.stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 90_000 });
    const { answered, failed, refused, detail } = await stop();
    console.log(`3 reloads: ${answered} answered, ${failed} failed (${detail})`);
    expect({ failed, detail }).toEqual({ failed: 0, detail });
    expect(answered).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(answered / 20);
    const after = (await cluster.apiWorkers()).map(({ pid }) => pid);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  }, 180_000);

  it('restarts a killed worker, and serves meanwhile', async () => {
    await killWorker(cluster, admin);
    const seen = await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => get('/tasks?limit=1')));
      const workers = new Set(answers.map(({ headers }) => headers.get('x-worker')));
      return workers.size === 2 ? [...workers] : undefined;
    });
    expect(seen.sort()).toEqual(WORKERS);
  });

  it('passes over a worker that is slowed to a tenth, without a failed request, until it recovers', async () => {
    const { env } = cluster.stack.info();
    const folder = env.RUN_DIR || defaultRunDir(Number(env.BASE_PORT));
    const socket = listLiving(folder).find(({ name }) => name === 'api-0')!;
    const status = async () => {
      const answer = await askProcess(socket, 'GET /status', { timeoutMs: 5_000 });
      if (answer.kind !== 'api') throw new Error(`${socket.name} is no API worker`);
      return answer;
    };
    await eventually(async () => (await askProcess(socket, 'GET /vitals')).servingForMs > 10_000, 30_000);
    const path = await newTask(cluster, admin);
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 4, path });
    const release = holdProcess(socket.pid);
    try {
      await eventually(async () => (await status()).asideSince && !(await status()).listening, 60_000);
      const workers = await Promise.all(
        Array.from({ length: 40 }, async () => (await get(path)).headers.get('x-worker')),
      );
      expect(new Set(workers)).toEqual(new Set([WORKERS[1]]));
      expect((await send(cluster.url, 'GET', '/health/ready')).status).toBe(200);
    } finally {
      await release();
    }
    await eventually(async () => (await status()).serving, 60_000);
    await eventually(async () => (await get(path)).headers.get('x-worker') === WORKERS[0]);
    const { failed, detail } = await stop();
    expect({ failed, detail }).toEqual({ failed: 0, detail });
    const metrics = (await askProcess(socket, 'GET /metrics'))
      .filter(({ name }) => name.endsWith('_aside') || name.endsWith('_aside_total'))
      .map(({ name, values }) => [name, values[0]!.value]);
    expect(Object.fromEntries(metrics)).toEqual({ taskfleet_aside: 0, taskfleet_steps_aside_total: 1 });
  }, 180_000);

  it('gives the job worker neither the key of the tokens nor the cache, even after a reload', async () => {
    const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const jobWorker = await cluster.jobWorker();
    await cluster.stack.pm2(['reload', 'taskfleet-worker']);
    const reloaded = await cluster.jobWorker();
    expect(reloaded.pid).not.toBe(jobWorker.pid);
    const seen = environmentOf(reloaded.pid).filter((line) => /^(JWT_|REDIS_URL|MONGO_URL)/.test(line));
    const { MONGO_URL, JWT_SECRETS_FILE, REDIS_URL } = cluster.stack.info().env;
    expect(JWT_SECRETS_FILE && REDIS_URL).toBeTruthy();
    expect(seen.filter((line) => !line.endsWith('='))).toEqual([`MONGO_URL=${MONGO_URL}`]);
  });

  it('writes no token and no password to a log', () => {
    const logs = `${cluster.stack.info().pm2Home}/logs`;
    const text = readdirSync(logs)
      .map((file) => readFileSync(`${logs}/${file}`, 'utf8'))
      .join('');
    expect(text).not.toMatch(/correct horse|eyJhbGciOi/);
    const { MONGO_URL, REDIS_URL, AMQP_URL } = cluster.stack.info().env;
    for (const url of [MONGO_URL, REDIS_URL, AMQP_URL]) expect(text).not.toContain(new URL(url!).password);
  });
});
