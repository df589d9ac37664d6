import type { Elsewhere } from '../../../src/ops/view/elsewhere';
import { buildApiStatus } from '../../support/api-status';
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
