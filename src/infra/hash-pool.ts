import path from 'node:path';
import { Piscina } from 'piscina';
import { UnavailableError } from '../errors';
import onTheEventLoop, { type HashDone, type HashTask } from './hash-worker';

export type HashPool = ReturnType<typeof createHashPool>;

interface HashPoolOptions {
  /** 0: on the event loop, so that it can be seen what the threads are good for. */
  threads: number;
  queueLimit: number;
  cost: number;
  /** Told of each hash for which there was no room. */
  onRefused?: () => void;
  /** Told of each hash that a request asked for. */
  onDone?: (requestId: string, waitMs: number, workMs: number) => void;
}

/** Threads are JavaScript even where the tests run this file as TypeScript; a build can lie anywhere. */
const WORKER_FILE = __filename.endsWith('.ts')
  ? path.join(__dirname, '..', '..', 'dist', 'infra', 'hash-worker.js')
  : path.join(__dirname, 'hash-worker.js');

/**
 * bcrypt in threads of their own, at a lower priority than the event loop: a request that only reads
 * doesn't wait for a password. At most `queueLimit` hashes wait, the next is refused with 503.
 */
export function createHashPool({ threads, queueLimit, cost, onRefused, onDone }: HashPoolOptions) {
  let size = threads;
  let pool = threads > 0 ? createThreads(threads, queueLimit) : undefined;
  let underWay = 0;
  const waiting = () => (pool ? pool.queueSize : underWay);

  async function run(task: HashTask, requestId?: string): Promise<string | boolean> {
    if (waiting() >= queueLimit) {
      onRefused?.();
      throw new UnavailableError(
        'Too many passwords are being checked: nothing was done; try again in a moment.',
      );
    }
    underWay += 1;
    const began = performance.now();
    try {
      // No AbortSignal: with one, piscina 5.3 doesn't hold its bound, and an abort ends the whole thread.
      const { result, workMs } = await (pool ? pool.run(task) : onTheEventLoop(task));
      if (requestId) onDone?.(requestId, Math.max(0, performance.now() - began - workMs), workMs);
      return result;
    } finally {
      underWay -= 1;
    }
  }

  return {
    /** @throws UnavailableError where the queue is full */
    async hash(password: string, requestId?: string): Promise<string> {
      return (await run({ kind: 'hash', password, cost }, requestId)) as string;
    },
    async matches(password: string, hash: string, requestId?: string): Promise<boolean> {
      return (await run({ kind: 'compare', password, hash }, requestId)) as boolean;
    },
    /** From now on so many threads; those of before end what they have. A pool of none stays without. */
    resize(wanted: number): void {
      if (!pool || wanted === size || wanted < 1) return;
      const before = pool;
      pool = createThreads(wanted, queueLimit);
      size = wanted;
      void before.close();
    },
    threads: () => size,
    /** Hashes that no thread has taken up yet. */
    waiting,
    /** Hashes that wait or are worked on. */
    underWay: () => underWay,
    close: async (): Promise<void> => pool?.destroy(),
  };
}

const createThreads = (threads: number, maxQueue: number) =>
  new Piscina<HashTask, HashDone>({
    filename: WORKER_FILE,
    minThreads: threads,
    maxThreads: threads,
    maxQueue,
    niceIncrement: 10,
    // Otherwise a task that finds no free thread goes back to the end of the queue, and some wait for ever.
    stricterFIFO: true,
    recordTiming: false,
  });
