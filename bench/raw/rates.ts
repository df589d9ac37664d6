import { Redis } from 'ioredis';
import { createHashPool } from '../../src/infra/hash-pool';
import { createRateWindow } from '../load/rate-window';

interface Rate {
  work: () => Promise<unknown>;
  /** Number of calls that are under way at a time. */
  lanes: number;
  seconds: number;
  signal: AbortSignal;
}

/** Enough calls that no hash thread idles between two hashes. */
const LEAST_HASHES = 10;
const KEY = 'bench:value';

async function measureRate({ work, lanes, seconds, signal }: Rate): Promise<number> {
  const window = createRateWindow(seconds);
  const repeat = async () => {
    while (!window.isClosed()) {
      signal.throwIfAborted();
      await work();
      window.record(performance.now());
    }
  };
  await Promise.all(Array.from({ length: lanes }, repeat));
  return window.perSecond();
}

/** Measures hashes/s of the API's own pool without HTTP and database, which sign-ups cannot exceed. */
export async function measureHashRate({
  threads,
  cost,
  ...rate
}: Pick<Rate, 'seconds' | 'signal'> & { threads: number; cost: number }): Promise<number> {
  const pool = createHashPool({ threads, cost });
  try {
    // Each thread first loads and compiles its code.
    await Promise.all(Array.from({ length: threads * 2 }, () => pool.hash('warm-up warm-up')));
    const work = () => pool.hash('a password of the bench');
    return await measureRate({ work, lanes: Math.max(LEAST_HASHES, threads * 2), ...rate });
  } finally {
    await pool.close();
  }
}

/** Measures GETs/s of one process over one connection, as an API worker has. */
export async function measureRedisRate({
  url,
  value,
  ...rate
}: Omit<Rate, 'work'> & { url: string; value: string }): Promise<number> {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  try {
    await redis.set(KEY, value);
    return await measureRate({ work: () => redis.get(KEY), ...rate });
  } finally {
    redis.disconnect();
  }
}
