import { getRounds } from 'bcryptjs';
import { Piscina } from 'piscina';
import { UnavailableError } from '../problems/errors';
import { builtFile } from '../lib/built-file';
import { createFairQueue } from '../lib/fair-queue';
import onTheEventLoop, { type HashDone, type HashTask } from './hash-worker';

/** Weight of the newest duration in the mean: it follows a change after about ten pieces of work. */
const NEWEST = 0.2;

/** Estimates how long a piece of work takes, and follows a host that gets slower or faster. */
export function createPace() {
  let mean: number | undefined;
  const begun = new Set<{ at: number }>();

  return {
    /**
     * Returns a function to call at the end, with the milliseconds of the work alone, or without them if the work
     * failed: a failure does not count. The first piece counts only its work, since it also waited for its thread to
     * start.
     */
    begin(): (workMs?: number) => void {
      const piece = { at: performance.now() };
      begun.add(piece);
      return (workMs) => {
        begun.delete(piece);
        if (workMs === undefined) return;
        const took = performance.now() - piece.at;
        mean = mean === undefined ? workMs : mean + NEWEST * (took - mean);
      };
    },

    /**
     * Mean milliseconds, or the age of the oldest piece under way if that is more, so a stall shows early; 0 at first.
     */
    ms(): number {
      const [oldest] = begun;
      return Math.max(mean ?? 0, oldest ? performance.now() - oldest.at : 0);
    },
  };
}

export type HashPool = ReturnType<typeof createHashPool>;

interface HashPoolOptions {
  /** 0 hashes on the event loop, for comparisons. */
  threads: number;
  cost: number;
  onDone?: (requestId: string, waitMs: number, workMs: number) => void;
}

/** The request that needs a hash. Hashes of commands have none and are never refused. */
export interface HashClient {
  /** Clients with the same key share their turns. */
  key: string;
  requestId: string;
  /** Called at the client's turn; throws if the client has waited too long. */
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
 * Runs bcrypt in threads of lower priority than the event loop, so that reads do not wait for passwords. Clients take
 * turns (`fair-queue.ts`). The queue is unbounded: `auth/hash-places.ts` limits what enters it.
 */
export function createHashPool({ threads, cost, onDone }: HashPoolOptions) {
  const queue = createFairQueue<Job>();
  const pace = createPace();
  let size = threads;
  let pool = threads > 0 ? createThreads(threads) : undefined;
  let running = 0;
  let done = 0;
  /** Jobs in the queue, the oldest first: lanes take turns, so the queue itself is in another order. */
  const queued = new Set<Job>();

  function beginNext(): void {
    while (running < Math.max(1, size)) {
      const job = queue.shift();
      if (!job) return;
      queued.delete(job);
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
      // No AbortSignal: aborting ends the whole thread.
      const { result, workMs } = await (pool ? pool.run(task) : onTheEventLoop(task));
      end(workMs);
      done += 1;
      if (client) onDone?.(client.requestId, Math.max(0, performance.now() - queuedAt - workMs), workMs);
      resolve(result);
    } catch (error) {
      end();
      reject(error);
    }
  }

  const run = (task: HashTask, client: HashClient | undefined) =>
    new Promise<string | boolean>((resolve, reject) => {
      const job: Job = { task, client, queuedAt: performance.now(), resolve, reject };
      queued.add(job);
      queue.push(client?.key ?? '', job);
      beginNext();
    });

  return {
    hash: async (password: string, client?: HashClient): Promise<string> =>
      (await run({ kind: 'hash', password, cost }, client)) as string,

    /** Resolves to true if the hash belongs to one of the spellings; they share one turn. */
    matchesAny: async (spellings: string[], hash: string, client?: HashClient): Promise<boolean> =>
      spellings.length > 0 && ((await run({ kind: 'compare', spellings, hash, cost }, client)) as boolean),

    /** Returns whether a hash was made at a lower cost than new ones. */
    needsRehash: (hash: string): boolean => getRounds(hash) < cost,

    /** Replaces the threads; the old ones finish what they began. A pool of 0 stays at 0. */
    resize(wanted: number): void {
      if (!pool || wanted === size || wanted < 1) return;
      const before = pool;
      pool = createThreads(wanted);
      size = wanted;
      beginNext();
      void before.close();
    },
    threads: () => size,
    waiting: queue.size,
    /** Hashes waiting or running. */
    underWay: () => queue.size() + running,
    /** Hashes done since the start. */
    done: () => done,
    /** Milliseconds that the oldest hash has been waiting for a thread; 0 if none waits. */
    waitMs(): number {
      const [oldest] = queued;
      return oldest ? performance.now() - oldest.queuedAt : 0;
    },
    /** Estimated milliseconds until this many hashes are done. */
    msFor: (hashes: number): number => (hashes * pace.ms()) / Math.max(1, size),
    async close(): Promise<void> {
      for (let job = queue.shift(); job; job = queue.shift()) {
        job.reject(
          new UnavailableError('This worker is shutting down. The request had no effect; try again.'),
        );
      }
      queued.clear();
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
