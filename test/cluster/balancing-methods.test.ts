import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { methods, withLua } from '../support/balancer';
import { HOST_NAME, useCluster, by, newTask } from '../support/cluster';
import { use } from '../support/use';
import { startLoad } from '../support/load';
import { eventually } from '../support/wait';
import { findCommand } from '../../tools/local-servers/find-command';

const WORKERS = [0, 1].map((instance) => `${HOST_NAME}/api-${instance}`);

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
afterAll(() => cluster.stack.setBalancing('round-robin'));

const { get } = by(cluster, admin);

/** The number of requests that each worker answers while 8 connections send for this long. */
async function spread(milliseconds: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = Object.fromEntries(WORKERS.map((worker) => [worker, 0]));
  const end = Date.now() + milliseconds;
  const ask = async () => {
    while (Date.now() < end) {
      const { status, headers } = await get('/tasks?limit=1');
      expect(status).toBe(200);
      counts[headers.get('x-worker')!]! += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  return counts;
}

describe('the method of balancing', () => {
  it.each(methods)('%s is a configuration that NGINX accepts, and reaches all workers', async (method) => {
    await cluster.stack.setBalancing(method);
    const folder = path.join(cluster.stack.info().dir, 'nginx');
    const file = path.join(folder, 'nginx.conf');
    const args = ['-t', '-q', '-p', folder, '-c', file];
    expect(() => execFileSync(findCommand('nginx')!, args, { timeout: 10_000 })).not.toThrow();
    expect(readFileSync(file, 'utf8')).toContain(`include balancing/${method}.conf;`);
    const counts = await spread(1_000);
    expect(Object.keys(counts).sort()).toEqual(WORKERS);
    await eventually(async () => Object.values(await spread(300)).every((count) => count > 0));
  });

  it('stays when the cluster is scaled', async () => {
    await cluster.stack.setBalancing('least-connections');
    await cluster.stack.scaleApi(2);
    const file = path.join(cluster.stack.info().dir, 'nginx', 'nginx.conf');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('include balancing/least-connections.conf;');
    expect(text.match(/server 127\.0\.0\.1:/g)).toHaveLength(2);
  }, 60_000);

  describe.each(withLua)('%s', (method) => {
    beforeAll(async () => {
      // Idle ports are among them: `pm2 scale` may need them.
      await cluster.stack.startServers({ only: ['nginx'], apiWorkers: 2, balancing: method });
      await eventually(async () => Object.values(await spread(300)).every((count) => count > 0));
    });

    it('loses no request in a reload under load', async () => {
      const route = await newTask(cluster, admin);
      const stop = startLoad({ url: cluster.url, token: admin.token, connections: 24, path: route });
      await cluster.stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 90_000 });
      const { answered, failed, detail } = await stop();
      expect({ failed, detail }).toEqual({ failed: 0, detail });
      expect(answered).toBeGreaterThan(300);
    }, 120_000);

    it('reaches the workers that pm2 scale adds', async () => {
      await cluster.stack.pm2(['scale', 'taskfleet-api', '1']);
      await eventually(async () => (await cluster.apiWorkers()).length === 1);
      const alone = await spread(500);
      expect(Object.values(alone).filter((count) => count > 0)).toHaveLength(1);
      await cluster.stack.pm2(['scale', 'taskfleet-api', '2']);
      await eventually(async () => Object.values(await spread(300)).every((count) => count > 0), 20_000);
    }, 60_000);
  });
});
