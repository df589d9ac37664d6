import { Writable } from 'node:stream';
import request from 'supertest';
import { createDoor } from '../../../src/door/create-door';
import type { DoorControl } from '../../../src/door/door-routes';
import { createHealth } from '../../../src/health/health';
import { ownHealthRoutes, probeRoutes, servingRoute } from '../../../src/health/health-routes';
import type { Route } from '../../../src/http/routing/route';
import { createApp } from '../../../src/http/server/app';
import { createLogger } from '../../../src/process/logger';

const lines: { level: number; msg: string; res?: { statusCode: number } }[] = [];
const stream = new Writable({
  write(line: Buffer, _encoding, done) {
    lines.push(JSON.parse(String(line)) as (typeof lines)[number]);
    done();
  },
});
const logger = createLogger('info', 'test', { stream });
beforeEach(() => void lines.splice(0));

const health = createHealth({
  about: {},
  required: {},
  optional: {},
});
health.watch(() => true);

const nothing = async () => {};
const appOf = (routes: Route[]) =>
  createApp({
    routes,
    logger,
    accessLog: logger,
    worker: undefined,
    countRequest: () => {},
    slow: { begins: () => ({ mongo: 0, redis: 0 }), isSlow: () => false, hashed: () => {}, log: () => {} },
    authenticate: () => Promise.reject(new Error('has no users')),
    stillInForce: nothing,
    admission: { read: () => () => {}, work: async () => () => {} },
    admitPassword: () => undefined,
    limit: { request: nothing, body: nothing },
    requireRoom: () => {},
    requireIfMatch: false,
    trustProxy: [],
    corsOrigins: [],
    isAway: () => false,
  });

/** Levels and messages of what is logged of a request. */
async function logged(server: Parameters<typeof request>[0], path: string, status: number) {
  lines.splice(0);
  await request(server).get(path).expect(status);
  return lines.map(({ level, msg, res }) => [logger.levels.labels[level], msg, res?.statusCode]);
}

describe('a probe of a worker that drains or has not started', () => {
  it('is no failure in the log: at the port of clients', async () => {
    const app = appOf([...probeRoutes(health), servingRoute(health)]);
    for (const path of ['/health/ready', '/health/startup', '/health/serving'])
      expect([path, await logged(app, path, 503)]).toEqual([path, [['info', 'request completed', 503]]]);
  });

  it('is no failure in the log: at the internal port', async () => {
    const metrics = { text: async () => '', type: 'text/plain; version=0.0.4; charset=utf-8' } as const;
    const control = {} as DoorControl;
    const door = createDoor({ worker: 'here/api-0', health, metrics, control, runDir: '/nowhere', logger });
    for (const path of ['/health/ready', '/health/ready/details', '/health/startup'])
      expect([path, await logged(door, path, 503)]).toEqual([path, [['info', 'request completed', 503]]]);
  });

  it('is one if the answer itself fails', async () => {
    const report = () => Promise.reject(new Error('broken'));
    const app = appOf(ownHealthRoutes({ hasStarted: () => true, report }));
    expect(await logged(app, '/health/ready', 500)).toEqual([
      ['error', 'request failed', undefined],
      ['error', 'request failed', 500],
    ]);
  });
});
