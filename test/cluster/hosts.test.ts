import fs from 'node:fs';
import path from 'node:path';
import { createStack } from '../../ops/stack/stack';
import { keysFile } from '../../ops/stack/token-keys';
import type { Stack } from '../../ops/stack/types';
import { createChangeHost } from '../../src/hosts/change-host';
import { createHostRepository, DRAIN_LOCK } from '../../src/hosts/host-repository';
import { listHosts, stateOf } from '../../src/hosts/list-hosts';
import { createLock } from '../../src/infra/mongo/lock';
import { connectMongo } from '../../src/infra/mongo/mongo';
import { HOST_NAME, newTask, useCluster } from '../support/cluster';
import { newFolder } from '../support/folder';
import { startLoad } from '../support/load';
import { use } from '../support/use';
import { eventually } from '../support/wait';

const root = path.join(__dirname, '..', '..');
/** Other than the cluster's 127.0.0.1, so that the two are hosts of their own. */
const ADDRESS = '127.0.0.2';
const OTHER = 'second';

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const mongo = use(
  () => connectMongo(cluster.stack.info().env.MONGO_URL!),
  ({ close }) => close(),
);

/** Starts workers alone, as `ROLE=workers npm start` does. */
async function startWorkers() {
  const { dir, env, pm2Home: _, ...info } = cluster.stack.info();
  const folder = newFolder();
  fs.copyFileSync(keysFile(dir), keysFile(folder));
  const { MONGO_URL: mongo, REDIS_URL: redis, AMQP_URL: rabbit } = env;
  const urls = { mongo, redis, rabbit };
  const stack = createStack({
    root,
    dir: folder,
    basePorts: { api: 4381, internal: 5381 },
    urls,
    role: 'workers',
  });
  await stack.startServers();
  const more = { HOST: ADDRESS, TASKFLEET_HOST: OTHER, BALANCER_URL: info.url!, LOG_LEVEL: 'warn' };
  await stack.startApps({ apiWorkers: 2, env: { BCRYPT_COST: '8', HASH_THREADS: '1', ...more } });
  return stack;
}
const second: Stack = use(startWorkers, (stack) => stack.stop(), 180_000);

/** Has the NGINX of the cluster list the workers of the second host. */
const withBoth = () => {
  const { dir, env } = cluster.stack.info();
  const { MONGO_URL: mongo, REDIS_URL: redis, AMQP_URL: rabbit } = env;
  const edge = { API_HOSTS: `${ADDRESS}:4381-4382` };
  return createStack({ root, dir, urls: { mongo, redis, rabbit }, edge });
};
beforeAll(() => withBoth().reloadNginx(), 60_000);
afterAll(() => cluster.stack.reloadNginx(), 60_000);

const hosts = use(() => createHostRepository(mongo.connection));
const change = () => createChangeHost({ hosts, lock: createLock(mongo.db, DRAIN_LOCK), say: () => {} });
const states = async () =>
  Object.fromEntries((await listHosts(hosts)).map((host) => [host.name, stateOf(host)]));

/** Workers that answer through NGINX. */
async function answering() {
  const names = await Promise.all(
    Array.from({ length: 24 }, async () => {
      const response = await fetch(`${cluster.url}/health/live`);
      await response.arrayBuffer();
      return response.headers.get('x-worker')!.split('/')[0]!;
    }),
  );
  return [...new Set(names)].sort();
}

describe('a host of workers alone beside another', () => {
  it('runs no server, and is listed', async () => {
    expect(second.info().url).toBeUndefined();
    expect((await second.apps()).map(({ name }) => name).sort()).toEqual([
      'taskfleet-api',
      'taskfleet-api',
      'taskfleet-worker',
    ]);
    await eventually(async () => (await states())[OTHER] === 'serves');
    expect(await states()).toMatchObject({ [HOST_NAME]: 'serves', [OTHER]: 'serves' });
    expect(await answering()).toEqual([HOST_NAME, OTHER].sort());
  }, 60_000);

  it('is drained and resumed from elsewhere under load without a failed request', async () => {
    const task = await newTask(cluster, admin);
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 16, path: task });
    await change().drain(OTHER);
    const whileDrained = await states();
    const served = await answering();
    await change().resume(OTHER);
    const { failed, answered, detail } = await stop();
    expect({ failed, detail }).toEqual({ failed: 0, detail });
    expect(answered).toBeGreaterThan(100);
    expect(whileDrained).toMatchObject({ [HOST_NAME]: 'serves', [OTHER]: 'drained' });
    expect(served).toEqual([HOST_NAME]);
    expect(await states()).toMatchObject({ [OTHER]: 'serves' });
  }, 120_000);

  it('stays drained over a reload and a start', async () => {
    await change().drain(OTHER);
    const pids = (await second.apps()).map(({ pid }) => pid);
    await second.replaceApps({ build: path.join(root, 'dist'), apiWorkers: 2, env: second.info().env });
    expect((await second.apps()).some(({ pid }) => pids.includes(pid))).toBe(false);
    await second.startApps({ apiWorkers: 2, env: second.info().env });
    expect(await states()).toMatchObject({ [HOST_NAME]: 'serves', [OTHER]: 'drained' });
    expect(await answering()).toEqual([HOST_NAME]);
    await change().resume(OTHER);
    expect(await states()).toMatchObject({ [OTHER]: 'serves' });
  }, 180_000);

  it('does not start with other keys of the tokens', async () => {
    const file = keysFile(second.info().dir);
    const keys = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, 'x'.repeat(64));
    const started = await second
      .startApps({ apiWorkers: 2, env: second.info().env })
      .then(String, (error: Error) => error.message)
      .finally(() => fs.writeFileSync(file, keys));
    expect(started).toMatch(/keys of the tokens here .* none of those of .*Nothing was changed/s);
  }, 60_000);
});
