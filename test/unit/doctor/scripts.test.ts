import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { AppProcess } from '../../../ops/stack/types';
import { listen, portOf } from '../../support/listen';
import { judgePorts, judgeThroughNginx } from '../../../ops/doctor/nginx';
import { askHealth } from '../../../ops/doctor/ask-health';
import { judgeHealth } from '../../../ops/doctor/worker-health';
import { judgeRoom } from '../../../src/doctor/judge-disks';
import { judgeLoad } from '../../../src/doctor/judge-load';
import { report } from '../../../src/doctor/report';
import { judgeLogs } from '../../../ops/doctor/logs';
import { judgeWorkers } from '../../../ops/doctor/workers';

const app = (changes: Partial<AppProcess> = {}): AppProcess => ({
  name: 'taskfleet-api',
  pm2Name: 'taskfleet-api',
  pid: 1,
  id: 0,
  instance: 0,
  port: 4001,
  door: 'http://127.0.0.1:5001',
  status: 'online',
  restarts: 0,
  crashes: 0,
  release: 'new',
  ...changes,
});
const worker = app({ name: 'taskfleet-worker', port: undefined });
const host = 'web-1';
const wanted = { apiWorkers: 1, release: 'new', host };
const saysOf = (apps: AppProcess[]) =>
  judgeWorkers(apps, wanted).flatMap(({ level, says }) => (level === 'ok' ? [] : `${level} ${says}`));

describe('the doctor on processes', () => {
  it('reports which processes are missing, ended, crashing or of another release', () => {
    expect(saysOf([app(), worker])).toEqual([]);
    expect(saysOf([])).toEqual(['error No API worker runs', 'error No job worker runs: jobs wait']);
    expect(saysOf([app({ status: 'errored' }), { ...worker, crashes: 3 }])).toEqual([
      'error web-1/api-0 is errored',
      'warning web-1/worker-0 crashed 3 times',
    ]);
    expect(saysOf([app({ restarts: 25 }), worker])).toEqual([
      'warning web-1/api-0 was restarted 25 times, including reloads',
    ]);
    const older = 'warning Not all processes run the newest build and configuration';
    expect(saysOf([app({ release: 'old' }), worker])).toEqual([older]);
    expect(saysOf([app({ release: 'old' }), { ...worker, release: 'old' }])).toEqual([older]);
  });

  it('calls processes fine only if none of them is stopped', () => {
    const fineOf = (apps: AppProcess[]) =>
      judgeWorkers(apps, wanted).flatMap(({ level, says }) => (level === 'ok' ? [says] : []));
    expect(fineOf([app(), worker])).toEqual(expect.arrayContaining(['1 API worker', '1 job worker']));
    const stopped = fineOf([app({ status: 'stopped' }), { ...worker, status: 'stopped' }]);
    expect(stopped.filter((says) => /API worker|job worker/.test(says))).toEqual([]);
  });

  it('gives commands that reach the PM2 and the names of this stack', () => {
    const renamed = app({ pm2Name: 'blue-api', restarts: 25, id: 3 });
    const [restarted] = judgeWorkers([renamed, worker], { ...wanted, pm2Home: '/srv/pm 2' }).filter(
      ({ level }) => level === 'warning',
    );
    expect(restarted!.cure).toBe(
      "PM2_HOME='/srv/pm 2' npx pm2 logs blue-api shows why; PM2_HOME='/srv/pm 2' npx pm2 reset blue-api sets the count to 0",
    );
    const health = { wrong: 'does not answer', ms: 1 };
    expect(judgeHealth([{ app: renamed, health }], { host, pm2Home: '/srv/pm2' })[0]!.cure).toBe(
      'PM2_HOME=/srv/pm2 npx pm2 logs blue-api shows more; if MongoDB is fine, PM2_HOME=/srv/pm2 npx pm2 reload 3 replaces it',
    );
    const standard = path.join(os.homedir(), '.pm2');
    expect(judgeHealth([{ app: app(), health }], { host, pm2Home: standard })[0]!.cure).toMatch(
      /^npx pm2 logs taskfleet-api /,
    );
  });

  it('names each of two job workers', () => {
    const crashed = [0, 1].map((instance) => ({ ...worker, instance, crashes: 2 }));
    expect(saysOf([app(), ...crashed])).toEqual([
      'warning web-1/worker-0 crashed 2 times',
      'warning web-1/worker-1 crashed 2 times',
    ]);
  });

  describe('a worker whose MongoDB is away', () => {
    let stub: Server;
    let url: string;

    beforeAll(async () => {
      const dependencies = {
        mongodb: { status: 'down', required: true },
        rabbitmq: { status: 'down', required: false },
      };
      stub = createServer((request, response) => {
        if (request.url === '/health/live') return void response.end('{"status":"ok"}');
        // The time that a worker gives a server to answer.
        setTimeout(
          () => response.writeHead(503).end(JSON.stringify({ draining: false, dependencies })),
          2_100,
        );
      });
      await listen(stub);
      url = `http://127.0.0.1:${portOf(stub)}`;
    });
    afterAll(() => void stub.close());

    it('answers, is not ready, and is not to be reloaded', async () => {
      const health = await askHealth(url, url);
      expect(health).toMatchObject({ wrong: undefined, unready: '503: MongoDB' });
      const two = [app(), app({ instance: 1, port: 4002 })];
      const [finding, ...more] = judgeHealth(
        two.map((one) => ({ app: one, health })),
        { host },
      );
      expect(more).toEqual([]);
      expect(finding!.says).toBe(
        '2 API workers on ports 4001, 4002 answer; /health/ready answers 503: MongoDB',
      );
      expect(finding!.cure).not.toContain('pm2 reload');
      expect(judgeThroughNginx(url, health, 'logs')).toMatchObject([
        { level: 'ok', says: expect.stringMatching(/ answers in \d+ ms$/) },
        { level: 'error', says: expect.stringMatching(/ answers 503: MongoDB$/) },
      ]);
    });

    it('is another thing than one that does not answer', async () => {
      const health = await askHealth('http://127.0.0.1:9');
      expect(judgeHealth([{ app: app(), health }], { host })).toMatchObject([
        { level: 'error', says: 'web-1/api-0 on port 4001 does not answer' },
      ]);
      expect(judgeHealth([{ app: app(), health: { ms: 1 } }], { host })[0]!.level).toBe('ok');
    });

    it('is another thing than one that takes no connections on purpose', () => {
      const health = { wrong: 'does not answer', ms: 1 };
      expect(
        judgeHealth([{ app: app(), health, status: { draining: true, asideSince: 1 } }], { host }),
      ).toMatchObject([
        { level: 'warning', says: expect.stringMatching(/^web-1\/api-0 on port 4001 stepped aside/) },
      ]);
      expect(judgeHealth([{ app: app(), health, status: { draining: true } }], { host })).toMatchObject([
        {
          level: 'warning',
          says: 'web-1/api-0 on port 4001 is drained: it takes no requests',
          cure: expect.stringContaining('Resume at /ops') as string,
        },
      ]);
      // Resume at /ops would be refused.
      const hostDrained = { draining: true, hostDrained: true };
      expect(judgeHealth([{ app: app(), health, status: hostDrained }], { host })).toMatchObject([
        { level: 'warning', cure: 'When the host is to serve again: npx taskfleet hosts resume web-1' },
      ]);
    });
  });

  describe('the load', () => {
    const status = (name: string, requests: object) => ({ host, name, requests });
    const refusal = { class: 'write', reason: 'wait', perSecond: 600, count: 20_000 };

    it('is fine if nothing was refused and no event loop is late', () => {
      const calm = status('api-0', { lateMs: 2, refused: [] });
      // A worker of an older release reports neither.
      expect(judgeLoad([calm, status('api-1', {})])).toMatchObject([{ level: 'ok' }]);
      expect(judgeLoad([])).toEqual([]);
    });

    it('sums up over the workers what is refused by class and reason, now and before', () => {
      const past = { class: 'password', reason: 'share', perSecond: 0, count: 7 };
      const found = judgeLoad([
        status('api-0', { lateMs: 340.4, refused: [refusal] }),
        status('api-1', { lateMs: 90, refused: [refusal, past] }),
      ]);
      expect(found.map(({ level, says }) => `${level} ${says}`)).toEqual([
        'warning The event loop of web-1/api-0 is late by 340 ms',
        'warning Refused for overload in the last 5 minutes: 40,000 of class write, reason wait, now 1,200 a second',
        'warning Refused for overload in the last 5 minutes: 7 of class password, reason share, none of them now',
      ]);
      for (const { cure } of found) expect(cure).toContain('docs/operations.md');
    });
  });

  it('reports a worker that NGINX does not know', () => {
    const text =
      'upstream api {\n    server 127.0.0.1:4001 max_fails=3;\n    server 127.0.0.1:4002 max_fails=3;\n}';
    expect(judgePorts(text, [4001, 4002]).level).toBe('ok');
    expect(judgePorts(text, [4002, 4005])).toMatchObject({
      level: 'error',
      says: 'NGINX does not list the workers on ports 4005',
    });
  });

  it('reports a disk that is nearly full, and long logs', () => {
    const levelOf = (free: number, size: number) => judgeRoom(['database'], { free, size }).level;
    expect([80e9, 3e9, 0.2e9].map((free) => levelOf(free, 100e9))).toEqual(['ok', 'warning', 'error']);
    // A small disk need not have as much.
    expect([0.3e9, 0.15e9, 0.05e9].map((free) => levelOf(free, 1e9))).toEqual(['ok', 'warning', 'error']);
    expect(judgeRoom(['database', 'nginx'], { free: 0.2e9, size: 100e9 })).toEqual({
      group: 'Disk',
      level: 'error',
      says: '200 MB are free for database, nginx',
      cure: expect.stringMatching(/^Free some room.*writes are refused.*uploads are refused/) as string,
    });
    expect([1e6, 2e9].map((bytes) => judgeLogs(bytes).level)).toEqual(['ok', 'warning']);
  });

  it('reports in groups, within 80 columns, each with its cure', () => {
    const text = report([
      { group: 'One', level: 'ok', says: 'fine' },
      { group: 'Two', level: 'error', says: 'word '.repeat(40).trim(), cure: 'npm start '.repeat(20).trim() },
      { group: 'One', level: 'warning', says: 'hm', cure: 'npm stop' },
    ]);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/^One\n {2}✓ fine\n {2}! hm\n {4}→ npm stop\n\nTwo\n {2}✗ word/);
    expect(text).toMatch(/\n1 error, 1 warning, 1 fine\n$/);
  });
});
