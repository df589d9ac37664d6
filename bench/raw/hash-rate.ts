import { createHashPool } from '../../src/infra/hash-pool';
import { createRateWindow } from '../load/rate-window';

interface HashRateOptions {
  threads: number;
  cost: number;
  seconds: number;
  signal: AbortSignal;
}

/** As many wait as connections would, so that no thread idles between two hashes. */
const WAITING = 10;

/** Hashes a second by the API's own pool, without HTTP and database: what sign-ups can't exceed. */
export async function measureHashRate({ threads, cost, seconds, signal }: HashRateOptions): Promise<number> {
  const lanes = Math.max(WAITING, threads * 2);
  const pool = createHashPool({ threads, cost });
  try {
    // Each thread loads and warms its code first.
    await Promise.all(Array.from({ length: threads * 2 }, () => pool.hash('warm-up warm-up')));
    const window = createRateWindow(seconds);
    const hashOn = async () => {
      while (!window.isClosed()) {
        signal.throwIfAborted();
        await pool.hash('a password of the bench');
        window.record(performance.now());
      }
    };
    await Promise.all(Array.from({ length: lanes }, hashOn));
    return window.perSecond();
  } finally {
    await pool.close();
  }
}
