import { serveControl } from '../../../src/control/control-server';
import type { Elsewhere } from '../../../src/ops/view/elsewhere';
import { createLogger } from '../../../src/process/logger';
import { buildApiStatus, buildJobWorkerStatus } from '../../support/api-status';
import { newNamespace } from '../../support/api';
import { newFolder } from '../../support/folder';
import { watchOps } from '../../support/ops-events';
import { useAdmin, useApi, useRedis } from '../../support/use-api';
import { eventually } from '../../support/wait';

const redis = useRedis();
const namespace = newNamespace();
const folders = { alpha: newFolder('alpha'), beta: newFolder('beta') };
const hostOf = (name: keyof typeof folders) =>
  useApi(() => ({ RUN_DIR: folders[name], TASKFLEET_HOST: name, REDIS_URL: redis.url }), namespace);
const alpha = hostOf('alpha');
const beta = hostOf('beta');
const admin = useAdmin(alpha);
const stops: (() => Promise<void>)[] = [];

const status = (name: string, pid: number) => buildApiStatus({ name, pid, build: undefined });
beforeAll(() => {
  stops.push(alpha.publish(() => status('api-0', 1)));
  stops.push(beta.publish(() => status('api-0', 2)));
});
afterAll(() => Promise.all(stops.map((stop) => stop())));

const published = async () => {
  const line = /cmdstat_publish:calls=(\d+)/.exec(await redis.command('info', 'commandstats'));
  return Number(line?.[1] ?? 0);
};

/** Watches alpha until its last snapshot is as wanted. */
async function until(isWanted: (elsewhere: Elsewhere) => boolean) {
  const events = await watchOps(alpha, admin, (all) => {
    const last = all.at(-1);
    return !!last && isWanted(last.elsewhere);
  });
  return events.at(-1)!;
}

describe('the live page of several hosts', () => {
  it('costs Redis no command without watchers', async () => {
    await eventually(async () => (await redis.command('ping')).includes('PONG'));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await published()).toBe(0);
    expect(await redis.command('pubsub', 'channels')).toBe('\n');
  });

  it('shows the workers of another host while somebody watches, and none that says farewell', async () => {
    const seen = await until(({ hosts }) => hosts.length > 0);
    expect(seen.host).toBe('alpha');
    expect(seen.elsewhere).toMatchObject({
      redis: 'heard',
      hosts: [{ name: 'beta', isDouble: false, workers: [{ name: 'api-0', pid: 2 }] }],
    });
    await stops[1]!();
    expect((await until(({ hosts }) => hosts.length === 0)).elsewhere.redis).toBe('heard');
    stops[1] = beta.publish(() => status('api-1', 3));
  });

  it('shows the job workers that an API worker of the other host publishes for', async () => {
    const logger = createLogger('silent', 'test');
    const serve = (name: string, handlers: Parameters<typeof serveControl>[1]) =>
      serveControl({ folder: folders.beta, name, logger }, handlers);
    const served = await Promise.all([
      serve('api-1', { 'GET /status': () => status('api-1', 3) }),
      serve('worker-0', { 'GET /status': () => buildJobWorkerStatus() }),
    ]);
    try {
      const { elsewhere } = await until(({ hosts }) => hosts.some(({ jobWorkers }) => jobWorkers.length > 0));
      expect(elsewhere.hosts).toMatchObject([{ name: 'beta', jobWorkers: [{ name: 'worker-0' }] }]);
    } finally {
      served.forEach(({ close }) => close());
    }
  });

  it('lets the last worker of this host leave while another host serves, and not otherwise', async () => {
    const own = { draining: false };
    const { close } = await serveControl(
      { folder: folders.alpha, name: 'api-0', logger: createLogger('silent', 'test') },
      {
        'GET /status': () => buildApiStatus({ draining: own.draining, serving: !own.draining }),
        'POST /drain': () => void (own.draining = true),
      },
    );
    try {
      await stops[1]!();
      await admin.post('/ops/workers/api-0/drain').expect(409);
      stops[1] = beta.publish(() => status('api-1', 3));
      await admin.post('/ops/workers/api-0/drain').expect(202);
      expect(own.draining).toBe(true);
    } finally {
      close();
    }
  });

  it('says when Redis is away, and finds the hosts again afterwards', async () => {
    await until(({ hosts }) => hosts.length > 0);
    redis.freeze();
    await until((elsewhere) => elsewhere.redis === 'away');
    redis.thaw();
    await until(({ redis: state, hosts }) => state === 'heard' && hosts.some(({ name }) => name === 'beta'));
  });

  it('counts what no worker wrote', async () => {
    const write = setInterval(() => void redis.command('publish', `${namespace}:live`, '{"host":7}'), 300);
    try {
      await until(({ ignored }) => ignored > 0);
    } finally {
      clearInterval(write);
    }
  });
});
