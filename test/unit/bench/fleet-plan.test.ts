import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LOSSES } from '../../../bench/plan/fleet';
import { keptConstants } from '../../../bench/plan/read-constants';
import { useFleetPlan } from './support/fleet-plan';

const { folder, save, run, plan } = useFleetPlan();
const KINDS = Object.keys(keptConstants().requests);

/** Constants that make the arithmetic easy: 1,000 µs of an API worker, 500 of NGINX, 100 of Redis, 200 of MongoDB. */
function simple(): string {
  const constants = keptConstants();
  const groups = {
    'API, event loop': 1_000,
    'API, hash and other threads': 0,
    PM2: 0,
    NGINX: 500,
    Redis: 100,
  };
  const cpuMicros = { source: 'own', ...groups, 'job worker': 0, MongoDB: 200, RabbitMQ: 0 };
  const none = { in: 0, out: 0 };
  const bytes = { source: 'own', NGINX: { in: 100, out: 900 }, Redis: none, MongoDB: none, RabbitMQ: none };
  const idle = { source: 'own', Redis: 0, MongoDB: 0, RabbitMQ: 0 };
  return save('simple.json', {
    ...constants,
    sources: { ...constants.sources, own: { command: 'x', date: '2026-01-01', machine: 'y' } },
    requests: { read: { cpuMicros, bytes, jobs: { source: 'own', perRequest: 0 } } },
    idleWorker: { ...constants.idleWorker, cpuMicros: idle },
    law: { source: 'own', sigma: 0, kappa: 0, workers: 16 },
  });
}

describe('the plan of a fleet', () => {
  it('computes hosts from the CPU time of each process', () => {
    const { fleet, demand, gbits, busy } = plan(
      ...['--rps', '4000', '--mix', 'read=100', '--file', simple(), '--cores', '4', '--busy', '50'],
    );
    // 4,000 × 1.5 ms = 6 cores of work; at 50 % of four cores 3 hosts and one more. Redis 0.4, MongoDB 0.8 of 2 cores.
    expect(demand.cores).toMatchObject({ 'API, event loop': 4, NGINX: 2, Redis: 0.4, MongoDB: 0.8 });
    expect(fleet).toMatchObject({ layout: 'split', appHosts: 4, serverHosts: 3, hosts: 7, workers: 16 });
    expect(busy).toEqual({ now: 0.375, afterLoss: 0.5 });
    expect(gbits.clients).toBeCloseTo(0.032, 9);
  });

  it('holds the rest to the same share after the loss of a zone', () => {
    const args = ['--rps', '4000', '--mix', 'read=100', '--file', simple(), '--cores', '4', '--busy', '50'];
    // Three of five hosts are left if a zone of two is lost; of four it would be two.
    expect(plan(...args, '--lose', 'zone').fleet.appHosts).toBe(5);
    expect(plan(...args, '--lose', 'none').fleet).toMatchObject({ appHosts: 3, serverHosts: 1 });
  });

  it('takes one host or three while everything fits on them', () => {
    const args = ['--mix', 'read=100', '--file', simple(), '--cores', '4', '--busy', '50'];
    // 1,111 × 1.8 ms = 2.0 cores; with one of three lost two do 1.6 ms and MongoDB's work each.
    expect(plan(...args, '--rps', '1111', '--lose', 'none').fleet).toMatchObject({ layout: 'one', hosts: 1 });
    expect(plan(...args, '--rps', '1112', '--lose', 'none').fleet).toMatchObject({
      layout: 'split',
      hosts: 2,
    });
    // 2 × 50 % of 4 = 4 cores: 4 / (1.6 + 2 × 0.2) ms = 2,000.
    expect(plan(...args, '--rps', '2000').fleet).toMatchObject({ layout: 'three', hosts: 3 });
    expect(plan(...args, '--rps', '2001').fleet).toMatchObject({ layout: 'split', hosts: 6 });
  });

  it('adds primaries once one thread of Redis or the host of MongoDB is full', () => {
    const args = ['--mix', 'read=100', '--file', simple(), '--cores', '4', '--busy', '50'];
    // Redis: 0.5 cores at 5,000/s. MongoDB: 2 cores at 10,000/s.
    expect(plan(...args, '--rps', '5001').fleet).toMatchObject({ layout: 'own', redis: 2, mongo: 1 });
    const { fleet, doubts } = plan(...args, '--rps', '10001');
    expect(fleet).toMatchObject({ redis: 3, mongo: 2, rabbit: 1, serverHosts: 6 + 6 + 3 });
    expect(doubts.join('\n')).toMatch(/3 Redis: .*REDIS_URL[^]*2 primaries of MongoDB: .*shard/);
  });

  it('lists what saturates first, with the rate', () => {
    const { limits } = plan(
      ...['--rps', '4000', '--mix', 'read=100', '--file', simple(), '--cores', '4', '--busy', '50'],
    );
    const [first, second] = limits;
    // Three of four hosts, half busy: 6 cores. All four, full: 16 cores.
    expect(first).toMatchObject({ resource: 'app', plannedTo: 4_000 });
    expect(first!.fullAt).toBeCloseTo(16 / 0.0015, 6);
    expect(second).toMatchObject({ resource: 'redis', plannedTo: 5_000, fullAt: 10_000 });
    const ports = limits.find(({ resource }) => resource === 'nginxPorts');
    // NGINX's own host and 128 / 4 others, of which one is lost: 32 × 2 cores.
    expect(ports!.plannedTo).toBeCloseTo(64 / 0.0015, 6);
  });

  it('lets the law count among the workers of a host', () => {
    const file = path.join(folder, 'law.json');
    writeFileSync(file, JSON.stringify({ law: { sigma: 0.1, kappa: 0.01, workers: 8 } }));
    const { fleet } = plan('--rps', '90000', '--mix', 'cached-read=100', '--file', file, '--cores', '4');
    expect(fleet.usefulCores).toBeCloseTo(4 / (1 + 0.1 * 3 + 0.01 * 12), 9);
    // More than 9 workers do less than 9: √(0.9 / 0.01) = 9.5.
    expect(
      plan('--rps', '9e6', '--mix', 'cached-read=100', '--file', file, '--cores', '64').fleet.workersPerHost,
    ).toBeLessThan(11);
  });
});

describe('a plan', () => {
  const RATES = [1, 30, 900, 7_000, 20_000, 66_000, 100_000, 1e6, 1e7];
  const CORES = [1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 128, 512];
  const mixes = [...KINDS.map((kind) => `${kind}=100`), 'cached-read=90,create=9,log-in=1'];

  it.each(mixes)('never needs fewer hosts for more requests, nor more for larger hosts: %s', (mix) => {
    for (const lose of LOSSES) {
      const hosts = CORES.map((cores) =>
        RATES.map((rps) =>
          plan('--rps', String(rps), '--mix', mix, '--cores', String(cores), '--lose', lose),
        ),
      ).map((row) => row.map(({ fleet }) => fleet.hosts));
      for (const [index, row] of hosts.entries()) {
        expect(row).toEqual([...row].sort((a, b) => a - b));
        if (index > 0)
          row.forEach((count, rate) => expect(count).toBeLessThanOrEqual(hosts[index - 1]![rate]!));
      }
    }
  });

  it.each(mixes)('keeps its headroom after the loss, within its limits: %s', (mix) => {
    for (const rps of RATES) {
      const { busy, fleet, limits, options } = plan('--rps', String(rps), '--mix', mix, '--cores', '8');
      expect(busy.afterLoss).toBeLessThanOrEqual(options.busy + 1e-9);
      expect(busy.now).toBeLessThanOrEqual(busy.afterLoss);
      expect(Number.isSafeInteger(fleet.hosts) && fleet.hosts >= 3).toBe(true);
      for (const { plannedTo, fullAt } of limits.filter((limit) => limit.plannedTo !== null)) {
        expect(plannedTo).toBeGreaterThanOrEqual(rps * (1 - 1e-9));
        expect(fullAt).toBeGreaterThanOrEqual(plannedTo);
      }
    }
  });

  it('is printed within 80 columns, for any rate', () => {
    for (const mix of mixes)
      for (const rps of ['1', '0.5', '100000', '1e7', '1,5000,100000,1e7']) {
        const { out, status } = run('--rps', rps, '--mix', mix);
        expect(status).toBe(0);
        expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
        expect(out).not.toMatch(/NaN|undefined|Infinity/);
      }
  });

  it('shows the share after a loss only if one is planned for', () => {
    const args = ['--rps', '1000,2000', '--mix', 'create=100', '--lose'];
    expect(run(...args, 'host').out).toMatch(/^\| busy, after a loss +\| +\d+ %, \d+ % \|/m);
    expect(run(...args, 'none').out).toMatch(/^\| busy +\| +\d+ % \|/m);
  });

  it('is what `npx taskfleet bench plan` prints, which loads TypeScript in another way', () => {
    const root = path.join(__dirname, '../../..');
    const args = ['--rps', '1000', '--mix', 'create=100'];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-r', './scripts/bootstrap.js', 'bench/run.ts', 'plan', ...args],
      { cwd: root, encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: run(...args).out, stderr: '' });
  });

  it('says which assumption is behind a figure, and its source', () => {
    const { out } = run('--rps', '100000', '--mix', 'cached-read=90,create=9,log-in=0.9,heavy-job=0.1');
    expect(out).toMatch(/MongoDB hosts +\d+ +\d+ replica sets? of 3/);
    expect(out).toMatch(/API workers +\d+ +\d+ a host; 193 MB each/);
    expect(out).toMatch(/quiet: npx taskfleet bench/);
    expect(out.replace(/\s+/g, ' ')).toContain(
      'contention σ 0.0108, coherency κ 0, fitted to 1 to 16 workers',
    );
  });
});
