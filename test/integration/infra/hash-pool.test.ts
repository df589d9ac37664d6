import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../../src/errors';
import { createHashPool } from '../../../src/infra/hash-pool';

const COST = 8;
const pools: ReturnType<typeof createHashPool>[] = [];
const createPool = (options: Partial<Parameters<typeof createHashPool>[0]>) => {
  const pool = createHashPool({ threads: 1, queueLimit: 64, cost: COST, ...options });
  pools.push(pool);
  return pool;
};

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('the hash pool', () => {
  it('serves who asked first, also while each who was served asks again', async () => {
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

  it('refuses what would wait behind too many, and serves the rest', async () => {
    const pool = createPool({ queueLimit: 3 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => pool.hash('correct horse')));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused.length).toBeGreaterThanOrEqual(6);
    expect(refused.length).toBeLessThanOrEqual(7);
    for (const error of refused) expect(error).toBeInstanceOf(UnavailableError);
    expect(pool.underWay()).toBe(0);
  });

  it.each([0, 1, 2])('knows a password from another with %i threads', async (threads) => {
    const pool = createPool({ threads });
    const hash = await pool.hash('correct horse');
    expect(await pool.matches('correct horse', hash)).toBe(true);
    expect(await pool.matches('battery staple', hash)).toBe(false);
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
    // On the event loop itself there would be a turn a hash at most.
    expect(turns).toBeGreaterThan(16);
  });
});
