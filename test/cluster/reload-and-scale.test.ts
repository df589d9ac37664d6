import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { brokenBuilds } from '../../ops/drill/broken-builds';
import { useCluster, by, newTask } from '../support/cluster';
import { use } from '../support/use';
import { startLoad } from '../support/load';

const root = path.join(__dirname, '..', '..');
const dist = path.join(root, 'dist');
const builds = mkdtempSync(path.join(root, '.local', 'builds-'));
const broken = brokenBuilds(root, builds);
let task: string;

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const { get, post } = by(cluster, admin);
beforeAll(async () => {
  task = await newTask(cluster, admin);
}, 120_000);

afterAll(() => rmSync(builds, { recursive: true, force: true }));

/** Runs `work` under load. @returns its result and the failures of the load */
async function underLoad<T>(work: () => Promise<T>) {
  const stop = startLoad({ url: cluster.url, token: admin.token, connections: 24, path: task });
  const result = await work().finally(() => {});
  const { failed, answered, detail } = await stop();
  expect(answered).toBeGreaterThan(100);
  return { result, failed, detail };
}

const replace = (build: string, env: Record<string, string> = {}, limitMs = 30_000) => {
  const said: string[] = [];
  const { env: present } = cluster.stack.info();
  const options = { build, apiWorkers: 2, env: { ...present, ...env }, limitMs };
  return cluster.stack
    .replaceApps({ ...options, say: (text) => said.push(text) })
    .then(
      () => '',
      (error: Error) => error.message,
    )
    .then((refusal) => ({ refusal, said }));
};

describe('a reload or a change of scale', () => {
  it('refuses builds that crash, never get ready or have a wrong configuration, and goes on serving', async () => {
    const pids = (await cluster.apiWorkers()).map(({ pid }) => pid);
    const { result, failed, detail } = await underLoad(async () => {
      const refusals: string[] = [];
      for (const { options } of broken) {
        refusals.push((await replace(options.build, options.env, options.limitMs)).refusal);
      }
      return refusals;
    });
    expect({ failed, detail }).toEqual({ failed: 0, detail });
    expect(result).toHaveLength(3);
    broken.forEach(({ refusal }, at) => {
      expect(result[at]).toMatch(/refused; nothing was changed/);
      expect(result[at]).toMatch(refusal);
    });
    expect((await cluster.apiWorkers()).map(({ pid }) => pid)).toEqual(pids);
  }, 120_000);

  it('refuses a changed build at the next start too, and rolls out a good one as safely', async () => {
    const before = (await cluster.apiWorkers()).map(({ pid }) => pid);
    const { env } = cluster.stack.info();
    const start = (build: string, change: Record<string, string> = {}) =>
      cluster.stack.startApps({ apiWorkers: 2, env: { ...env, ...change }, build }).catch(String);
    const { result, failed, detail } = await underLoad(async () => {
      const refused = [await start(broken[0]!.options.build), await start(dist, { BCRYPT_COST: '99' })];
      const pids = (await cluster.apiWorkers()).map(({ pid }) => pid);
      return { refused, pids, good: await start(dist, { LOG_LEVEL: 'error' }) };
    });
    expect({ failed, detail }).toEqual({ failed: 0, detail });
    expect(result.refused[0]).toMatch(/refused; nothing was changed[^]*this build crashes/);
    expect(result.refused[1]).toMatch(/BCRYPT_COST/);
    expect(result.pids).toEqual(before);
    expect(result.good).toBe('reloaded');
    const after = (await cluster.apiWorkers()).map(({ pid }) => pid);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  }, 120_000);

  it('replaces each worker by a good build under load without a failed request', async () => {
    const pids = (await cluster.apiWorkers()).map(({ pid }) => pid);
    const { result, failed, detail } = await underLoad(() => replace(dist, { LOG_LEVEL: 'warn' }));
    expect({ failed, detail, refusal: result.refusal }).toEqual({ failed: 0, detail, refusal: '' });
    expect(result.said).toEqual([
      'the new build boots on a spare port',
      expect.stringContaining('API worker 0 is replaced'),
      expect.stringContaining('API worker 1 is replaced'),
      'job worker is replaced and ready',
    ]);
    const after = (await cluster.apiWorkers()).map(({ pid }) => pid);
    expect(after.filter((pid) => pids.includes(pid))).toEqual([]);
  }, 120_000);

  it('changes the number of workers under load without a failed request', async () => {
    const counts: number[] = [];
    const scaleTo = async (workers: number) => {
      counts.push((await cluster.stack.scaleUnderLoad(workers, () => {})).length);
    };
    const ours = await underLoad(async () => {
      for (const workers of [4, 1, 2]) await scaleTo(workers);
    });
    expect({ failed: ours.failed, detail: ours.detail }).toEqual({ failed: 0, detail: ours.detail });
    expect(counts).toEqual([4, 1, 2]);
    const theirs = await underLoad(() => cluster.stack.pm2(['scale', 'taskfleet-api', '1']));
    expect({ failed: theirs.failed, detail: theirs.detail }).toEqual({ failed: 0, detail: theirs.detail });
    await cluster.stack.scaleUnderLoad(2, () => {});
  }, 180_000);

  it('loses no request if the workers that stay were drained', async () => {
    const change = (name: string, what: string) => post(`/ops/workers/${name}/${what}`);
    const statuses: number[] = [];
    const { result, failed, detail } = await underLoad(async () => {
      const [oldest, newest] = (await cluster.apiWorkers()).sort((a, b) => a.id - b.id);
      for (const [worker, what] of [
        [newest, 'drain'],
        [newest, 'resume'],
        [oldest, 'drain'],
        [oldest, 'resume'],
        [newest, 'drain'],
      ] as const)
        statuses.push((await change(`api-${worker!.instance}`, what)).status);
      return (await cluster.stack.scaleUnderLoad(1, () => {})).length;
    });
    expect({ failed, detail, result }).toEqual({ failed: 0, detail, result: 1 });
    expect(statuses).toEqual([202, 204, 202, 204, 202]);
  }, 120_000);

  it('adds workers that PM2 started to NGINX before the workers that it knows end', async () => {
    await cluster.stack.pm2(['scale', 'taskfleet-api', '6'], { timeoutMs: 120_000 });
    await cluster.stack.scaleUnderLoad(2, () => {});
    for (let count = 0; count < 10; count++) expect((await get(task)).status).toBe(200);
  }, 180_000);
});
