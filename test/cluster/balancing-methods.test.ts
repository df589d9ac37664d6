import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Balancing } from '../../tools/local-servers/types';
import { methods, withLua } from '../support/balancer';
import { killWorker, newTitle, useCluster, by, newTask } from '../support/cluster';
import { use } from '../support/use';
import { startLoad } from '../support/load';
import { eventually } from '../support/wait';
import { findCommand } from '../../tools/local-servers/find-command';

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
afterAll(() => cluster.stack.setBalancing('round-robin'));

const { get, post } = by(cluster, admin);

/** The number of requests that each worker answers while 8 connections send for this long. */
async function spread(milliseconds: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = { 'api-0': 0, 'api-1': 0 };
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

/** The worker's share while it stands still for 300 ms of each 330. */
async function shareOfSlowed(pid: number, worker: string): Promise<number> {
  let isOver = false;
  const slowing = (async () => {
    while (!isOver) {
      process.kill(pid, 'SIGSTOP');
      await sleep(300);
      process.kill(pid, 'SIGCONT');
      await sleep(30);
    }
  })();
  const counts = await spread(2_000).finally(() => (isOver = true));
  await slowing;
  return counts[worker]! / Object.values(counts).reduce((sum, count) => sum + count, 0);
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
    expect(Object.keys(counts).sort()).toEqual(['api-0', 'api-1']);
    await eventually(async () => Object.values(await spread(300)).every((count) => count > 0));
  });

  it('sends a slowed worker fewer requests than round robin does', async () => {
    const [slowed] = await cluster.apiWorkers();
    const shares: Partial<Record<Balancing, number>> = {};
    for (const method of methods) {
      await cluster.stack.setBalancing(method);
      shares[method] = await shareOfSlowed(slowed!.pid, `api-${slowed!.instance}`);
    }
    console.log('share of a worker that stands still for 300 ms of each 330:', shares);
    const { 'round-robin': inTurn, ...others } = shares;
    expect(inTurn).toBeGreaterThan(0.4);
    for (const share of Object.values(others)) expect(share).toBeLessThan(inTurn! * 0.6);
  }, 60_000);

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

    it('sends each write to one worker, past idle ports', async () => {
      const title = newTitle();
      const bodies = Array.from({ length: 40 }, () => ({ title }));
      const answers = await Promise.all(bodies.map((body) => post('/tasks', body)));
      expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 201));
      const { body } = await get(`/tasks?q=${encodeURIComponent(title)}&limit=100`);
      expect(body).toHaveLength(40);
    });

    it('loses no request in a reload under load', async () => {
      const route = await newTask(cluster, admin);
      const stop = startLoad({ url: cluster.url, token: admin.token, connections: 24, path: route });
      await cluster.stack.pm2(['reload', 'taskfleet-api'], { timeoutMs: 90_000 });
      const { answered, failed, detail } = await stop();
      expect({ failed, detail }).toEqual({ failed: 0, detail });
      expect(answered).toBeGreaterThan(300);
    }, 120_000);

    it('serves while a killed worker restarts, and sends it requests again', async () => {
      const victim = await killWorker(cluster, admin);
      await eventually(async () => (await spread(500))[`api-${victim.instance}`]! > 0, 20_000);
    }, 60_000);

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
