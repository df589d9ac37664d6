import { setTimeout as sleep } from 'node:timers/promises';
import { createAnnouncer } from '../../../src/hosts/announcer';
import { createChangeHost } from '../../../src/hosts/change-host';
import { createHostRepository, DRAIN_LOCK } from '../../../src/hosts/host-repository';
import { listHosts, stateOf } from '../../../src/hosts/list-hosts';
import type { ProcessConfig } from '../../../src/config';
import { createLock } from '../../../src/infra/mongo/lock';
import { createLogger } from '../../../src/process/logger';
import { useMongo } from '../../support/use-api';
import { use } from '../../support/use';
import { eventually } from '../../support/wait';

const mongo = useMongo();
const hosts = use(() => createHostRepository(mongo.connection));
const logger = createLogger('silent', 'test');
const running: ReturnType<typeof createAnnouncer>[] = [];
const said: string[] = [];

beforeEach(async () => {
  await mongo.connection.dropDatabase();
  await hosts.prepare();
  said.length = 0;
});
afterEach(() => Promise.all(running.splice(0).map((announcer) => announcer.stop())));

/** A process that drains at once, unless it is stubborn. */
async function run(
  hostName: string,
  name: string,
  { stubborn = false, host = '10.0.0.1', isTrial = false, announce = hosts.announce } = {},
) {
  let serving = true;
  const config = {
    hostName,
    host,
    isTrial,
    runDir: `/run/${hostName}`,
    release: 'abc-1',
    keyPrefix: 'taskfleet',
  };
  const set = (value: boolean) => async () => {
    if (!stubborn) serving = value;
    else throw new Error('it does not follow');
  };
  const announcer = createAnnouncer({
    config: config as ProcessConfig,
    hosts: { ...hosts, announce },
    name,
    port: 4001,
    keyIds: () => ['key-1'],
    isServing: () => serving,
    drain: set(false),
    resume: set(true),
    logger,
  });
  running.push(announcer);
  const startsDrained = await announcer.startsDrained();
  if (startsDrained) serving = false;
  announcer.start();
  return { announcer, startsDrained, isServing: () => serving };
}

const change = (followMs?: number) =>
  createChangeHost({
    hosts,
    lock: createLock(mongo.db, DRAIN_LOCK),
    say: (text) => said.push(text),
    followMs,
  });
const states = async () => (await listHosts(hosts)).map((host) => `${host.name} ${stateOf(host)}`);
const seen = (count: number) =>
  eventually(async () => {
    const all = await listHosts(hosts);
    return all.flatMap((one) => [...one.apiWorkers, ...one.jobWorkers]).length === count;
  });

describe('the hosts', () => {
  it('announce their processes by the clock of MongoDB, and no trial', async () => {
    await run('first', 'api-0');
    await run('first', 'worker-0');
    await run('second', 'api-0');
    await run('second', 'api-1', { isTrial: true });
    await seen(3);
    const [first, second] = await listHosts(hosts);
    expect(first).toMatchObject({ name: 'first', address: '10.0.0.1', builds: ['abc'], keyIds: ['key-1'] });
    expect(first!.apiWorkers).toHaveLength(1);
    expect(first!.jobWorkers).toHaveLength(1);
    expect(second!.apiWorkers.map(({ name }) => name)).toEqual(['api-0']);
    expect(Math.abs(first!.skewMs!)).toBeLessThan(60_000);
  });

  it('are forgotten process by process as these stop, but not if a successor runs', async () => {
    const { announcer } = await run('first', 'api-0');
    await seen(1);
    await hosts.leave({
      host: 'first',
      process: 'api-0',
      place: (await listHosts(hosts))[0]!.place!,
      pid: -1,
    });
    expect(await states()).toEqual(['first serves']);
    await announcer.stop();
    expect(await states()).toEqual([]);
  });

  it('are forgotten if they stop while an announcement is under way', async () => {
    let sent = () => {};
    const isSent = new Promise<void>((resolve) => (sent = resolve));
    const announce: typeof hosts.announce = async (process) => {
      sent();
      await sleep(500);
      await hosts.announce(process);
    };
    const { announcer } = await run('first', 'api-0', { announce });
    await isSent;
    await announcer.stop();
    await sleep(1_000);
    expect(await states()).toEqual([]);
  });

  it('are listed apart if they have one name and two addresses', async () => {
    await run('same', 'api-0', { host: '10.0.0.1' });
    await run('same', 'api-0', { host: '10.0.0.2' });
    await seen(2);
    expect((await listHosts(hosts)).map(({ address }) => address).sort()).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});

describe('a drain of a host', () => {
  it('reaches its processes through MongoDB, stays over a restart, and ends with resume', async () => {
    const other = await run('first', 'api-0');
    const api = await run('second', 'api-0');
    const job = await run('second', 'worker-0');
    await seen(3);
    await change().drain('second');
    expect([other, api, job].map((one) => one.isServing())).toEqual([true, false, false]);
    expect(await states()).toEqual(['first serves', 'second drained']);
    const restarted = await run('second', 'api-1');
    expect(restarted.startsDrained).toBe(true);
    await seen(4);
    await change().resume('second');
    expect([api, job, restarted].map((one) => one.isServing())).toEqual([true, true, true]);
    expect(await states()).toEqual(['first serves', 'second serves']);
  }, 60_000);

  it('is refused for the last host that serves, unless it is forced', async () => {
    await run('first', 'api-0');
    await run('second', 'worker-0');
    await seen(2);
    await expect(change().drain('first')).rejects.toThrow(/No other host serves.*--force/);
    expect(await states()).toContain('first serves');
    await change().drain('first', { force: true });
    expect(await states()).toContain('first drained');
  }, 60_000);

  it('is refused for all but one of hosts that are drained at once', async () => {
    await run('first', 'api-0');
    await run('second', 'api-0');
    await seen(2);
    const ended = await Promise.allSettled([change().drain('first'), change().drain('second')]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  }, 60_000);

  it('names the processes that did not follow', async () => {
    await run('first', 'api-0');
    await run('second', 'api-0');
    await run('second', 'worker-0', { stubborn: true });
    await seen(3);
    await expect(change(4_000).drain('second')).rejects.toThrow(/^worker-0 of second did not drain/);
    expect(await states()).toContain('second drains');
  }, 60_000);

  it('names the known hosts if there is no such one', async () => {
    await run('first', 'api-0');
    await seen(1);
    await expect(change().drain('frist')).rejects.toThrow('No host is called frist. Known hosts: first.');
  });
});
