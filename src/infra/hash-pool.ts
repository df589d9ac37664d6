import { Piscina } from 'piscina';
import { UnavailableError } from '../problems/errors';
import { builtFile } from '../lib/built-file';
import { createFairQueue } from '../lib/fair-queue';
import onTheEventLoop, { type HashDone, type HashTask } from './hash-worker';
import { createPace } from './pace';

export type HashPool = ReturnType<typeof createHashPool>;

interface HashPoolOptions {
  /** 0: on the event loop, so that it can be seen what the threads are good for. */
  threads: number;
  cost: number;
  /** Called after each hash that a request asked for. */
  onDone?: (requestId: string, waitMs: number, workMs: number) => void;
}

/** The request that a hash is made for. A command has none: its hashes are never refused. */
export interface HashClient {
  /** Clients with the same key share their turns. */
  key: string;
  requestId: string;
  /** Called when the turn comes; throws if the client has waited too long for it. */
  requireTime: () => void;
}

interface Job {
  task: HashTask;
  client: HashClient | undefined;
  queuedAt: number;
  resolve: (result: string | boolean) => void;
  reject: (error: unknown) => void;
}

const WORKER_FILE = builtFile('infra/hash-worker.js');

/**
 * bcrypt in threads of their own, at a lower priority than the event loop: a request that only reads
 * doesn't wait for a password. Clients get a thread in turn (`fair-queue.ts`). The queue has no bound of its own:
 * `auth/hash-places.ts` decides what may wait in it.
 */
export function createHashPool({ threads, cost, onDone }: HashPoolOptions) {
  const queue = createFairQueue<Job>();
  const pace = createPace();
  let size = threads;
  let pool = threads > 0 ? createThreads(threads) : undefined;
  let running = 0;

  function beginNext(): void {
    while (running < Math.max(1, size)) {
      const job = queue.shift();
      if (!job) return;
      running += 1;
      void work(job).finally(() => {
        running -= 1;
        beginNext();
      });
    }
  }

  async function work({ task, client, queuedAt, resolve, reject }: Job): Promise<void> {
    const end = pace.begin();
    try {
      client?.requireTime();
      // No AbortSignal: an abort ends the whole thread.
      const { result, workMs } = await (pool ? pool.run(task) : onTheEventLoop(task));
      end(workMs);
      if (client) onDone?.(client.requestId, Math.max(0, performance.now() - queuedAt - workMs), workMs);
      resolve(result);
    } catch (error) {
      end();
      reject(error);
    }
  }

  const run = (task: HashTask, client: HashClient | undefined) =>
    new Promise<string | boolean>((resolve, reject) => {
      queue.push(client?.key ?? '', { task, client, queuedAt: performance.now(), resolve, reject });
      beginNext();
    });

  return {
    hash: async (password: string, client?: HashClient): Promise<string> =>
      (await run({ kind: 'hash', password, cost }, client)) as string,

    /** Resolves to whether one of the spellings is of the hash; they take one turn together. */
    matchesAny: async (spellings: string[], hash: string, client?: HashClient): Promise<boolean> =>
      spellings.length > 0 && ((await run({ kind: 'compare', spellings, hash }, client)) as boolean),

    /** From now on so many threads; those of before end what they have. A pool of none stays without. */
    resize(wanted: number): void {
      if (!pool || wanted === size || wanted < 1) return;
      const before = pool;
      pool = createThreads(wanted);
      size = wanted;
      beginNext();
      void before.close();
    },
    threads: () => size,
    /** Hashes that no thread has taken up yet. */
    waiting: queue.size,
    /** Hashes that wait or are worked on. */
    underWay: () => queue.size() + running,
    /** Milliseconds until so many hashes of usual length are done. */
    msFor: (hashes: number): number => (hashes * pace.ms()) / Math.max(1, size),
    async close(): Promise<void> {
      for (let job = queue.shift(); job; job = queue.shift()) {
        job.reject(new UnavailableError('This worker stops: nothing was done; try again.'));
      }
      await pool?.destroy();
    },
  };
}

const createThreads = (threads: number) =>
  new Piscina<HashTask, HashDone>({
    filename: WORKER_FILE,
    minThreads: threads,
    maxThreads: threads,
    niceIncrement: 10,
    recordTiming: false,
  });
