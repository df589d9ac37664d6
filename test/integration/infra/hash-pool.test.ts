import { setTimeout as sleep } from 'node:timers/promises';
import { createHashPool } from '../../../src/infra/hash-pool';

const COST = 8;
const pools: ReturnType<typeof createHashPool>[] = [];
const createPool = (options: Partial<Parameters<typeof createHashPool>[0]>) => {
  const pool = createHashPool({ threads: 1, cost: COST, ...options });
  pools.push(pool);
  return pool;
};
const from = (key: string, requireTime: () => unknown = () => {}) => ({
  key,
  requestId: 'of this test',
  requireTime,
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('the hash pool', () => {
  it('reports how long the oldest hash has been waiting, and how many are done', async () => {
    const pool = createPool({});
    const hashes = Array.from({ length: 3 }, () => pool.hash('correct horse'));
    await sleep(2);
    expect(pool.waitMs()).toBeGreaterThan(1);
    await Promise.all(hashes);
    expect({ waitMs: pool.waitMs(), done: pool.done() }).toEqual({ waitMs: 0, done: 3 });
  });

  it('serves clients in order, even while served clients ask again', async () => {
    const pool = createPool({});
    const served: number[] = [];
    const client = async (name: number) => {
      for (let i = 0; i < 4; i += 1) {
        await pool.hash('correct horse');
        served.push(name);
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(client));

    const rounds = [0, 1, 2, 3].map((round) => served.slice(round * 6, round * 6 + 6).sort());
    expect(rounds).toEqual(Array.from({ length: 4 }, () => [0, 1, 2, 3, 4, 5]));
  });

  it.each([0, 1, 2])(
    'gives a client the next turn while another has many waiting, with %i threads',
    async (threads) => {
      const pool = createPool({ threads });
      const turns: string[] = [];
      const hash = (key: string) =>
        pool.hash(
          'correct horse',
          from(key, () => turns.push(key)),
        );
      const flood = Array.from({ length: 12 }, () => hash('greedy'));
      const others = ['one', 'other'].map(hash);
      await Promise.all([...flood, ...others]);
      // Checks the order of turns, not of ends, since a thread without a core ends late. The flood gets the turns that
      // were free when it came, and one between the two others.
      const free = Math.max(1, threads);
      expect(turns.slice(free, free + 4).sort()).toEqual(['greedy', 'greedy', 'one', 'other']);
      expect(pool.underWay()).toBe(0);
    },
  );

  it('skips a client that has waited too long, and serves the next', async () => {
    const pool = createPool({});
    const first = pool.hash('correct horse', from('a'));
    const late = pool.hash(
      'correct horse',
      from('b', () => {
        throw new Error('too late');
      }),
    );
    const next = pool.hash('correct horse');
    await expect(late).rejects.toThrow('too late');
    expect((await Promise.all([first, next])).every((hash) => hash.startsWith('$2'))).toBe(true);
    expect(pool.underWay()).toBe(0);
  });

  it('estimates the wait from the duration of hashes and the number of threads', async () => {
    const pool = createPool({ threads: 2 });
    expect(pool.msFor(10)).toBe(0);
    const began = performance.now();
    for (let count = 0; count < 8; count++) await pool.hash('correct horse');
    const each = (performance.now() - began) / 8;
    expect(pool.msFor(10)).toBeGreaterThan((each * 10) / 2 / 4);
    expect(pool.msFor(10)).toBeLessThan(((each * 10) / 2) * 4);
  });

  it.each([0, 1, 2])('distinguishes passwords with %i threads', async (threads) => {
    const pool = createPool({ threads });
    const hash = await pool.hash('correct horse');
    expect(await pool.matchesAny(['correct horse'], hash)).toBe(true);
    expect(await pool.matchesAny(['battery staple', 'correct horse'], hash)).toBe(true);
    expect(await pool.matchesAny(['battery staple'], hash)).toBe(false);
    expect(await pool.matchesAny([], hash)).toBe(false);
  });

  it('leaves the event loop free', async () => {
    const pool = createPool({});
    const hashes = Promise.all(Array.from({ length: 8 }, () => pool.hash('correct horse')));
    let turns = 0;
    let isOver = false;
    void hashes.then(() => (isOver = true));
    while (!isOver) {
      await sleep(1);
      turns += 1;
    }
    // Hashing on the event loop would allow at most one turn for each hash.
    expect(turns).toBeGreaterThan(16);
  });
});
