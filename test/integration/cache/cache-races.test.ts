import { setTimeout as sleep } from 'node:timers/promises';
import { useCache, useRedis } from '../../support/use-api';

/**
 * Three workers read and write at random moments on a Redis that forgets keys at random. Every read is compared with
 * what had been acknowledged when it began. The database is a map in memory.
 */
const server = useRedis();
const KEYS = 4;
const READS = 6_000;

const workers = [1, 2, 3].map(() => useCache(server));

beforeAll(() => {
  // On a busy host Redis may confirm a write too late; all entries end then, as on the notice board.
  let epoch = 0;
  for (const { board } of workers) {
    board.cacheEpoch = board.knownEpoch = () => epoch;
    board.turnCacheOff.mockImplementation(async () => void (epoch += 1));
  }
});

const any = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)]!;
const aMoment = () => (Math.random() < 0.5 ? new Promise(setImmediate) : sleep(Math.random() * 3));

describe('the cache of racing workers', () => {
  it('never answers with data older than an earlier acknowledgement', async () => {
    const tasks = Array.from({ length: KEYS }, (_, index) => ({
      key: `task:${index}`,
      version: 1,
      acknowledged: 1,
      name: 1,
      acknowledgedName: 1,
    }));
    type Task = (typeof tasks)[number];
    const shown = (task: Task) => [`profile:of ${task.key}`.replace(' ', '-')];
    const faults: string[] = [];
    const states: Record<string, number> = {};
    let reads = 0;

    async function read(task: Task): Promise<void> {
      const { acknowledged, acknowledgedName } = task;
      const answer = await any(workers).cache.read({
        class: 'task',
        key: task.key,
        generations: [task.key],
        load: async (dependOn) => {
          const { version } = task;
          await aMoment();
          await dependOn(shown(task));
          const { name } = task;
          await aMoment();
          return { value: { version, name }, version };
        },
      });
      const got = JSON.parse(answer.json) as { version: number; name: number };
      if (got.version < acknowledged || got.name < acknowledgedName)
        faults.push(`${JSON.stringify(got)} after ${acknowledged}, ${acknowledgedName} (${answer.state})`);
      states[answer.state] = (states[answer.state] ?? 0) + 1;
      reads += 1;
    }

    async function write(task: Task): Promise<void> {
      const version = (task.version += 1);
      await aMoment();
      const refill = await any(workers).cache.written({
        generations: [],
        entity: { class: 'task', key: task.key, version, dependsOn: shown(task) },
      });
      const { name } = task;
      await aMoment();
      await refill({ value: { version, name }, version });
      task.acknowledged = Math.max(task.acknowledged, version);
    }

    async function rename(task: Task): Promise<void> {
      const name = (task.name += 1);
      await aMoment();
      await any(workers).cache.written({ generations: shown(task) });
      task.acknowledgedName = Math.max(task.acknowledgedName, name);
    }

    async function forget(): Promise<void> {
      const { client } = workers[0]!.redis;
      const key = await client.randomkey().catch(() => null);
      if (key) await client.del(key).catch(() => {});
      await sleep(2);
    }

    const until = async (work: () => Promise<void>) => {
      while (reads < READS) {
        await work();
        await aMoment();
      }
    };
    const several = (count: number, work: () => Promise<void>) =>
      Array.from({ length: count }, () => until(work));
    await Promise.all([
      ...several(12, () => read(any(tasks))),
      ...several(3, () => write(any(tasks))),
      ...several(1, () => rename(any(tasks))),
      ...several(1, forget),
    ]);
    expect(faults).toEqual([]);
    // Otherwise the test proves nothing.
    expect(states.HIT).toBeGreaterThan(READS / 10);
    expect(states.MISS).toBeGreaterThan(READS / 10);
    expect(workers.flatMap(({ events }) => events)).toContain('task stale_refused');
  }, 120_000);
});
