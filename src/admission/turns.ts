import { spreadSeconds } from '../lib/retry-after';
import { UnavailableError } from '../problems/errors';
import { createFairQueue } from '../lib/fair-queue';

/** Longer than a few other pieces of work take, and shorter than a client or NGINX waits. */
const LONGEST_WAIT_MS = 5_000;

/** Runs one piece of work at a time for each key in this process, first come first served. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => {},
      () => {},
    );
    last.set(key, settled);
    void settled.then(() => last.get(key) === settled && last.delete(key));
    return turn;
  };
}

/**
 * Runs work one after another, for transactions that write the same document: side by side they would only abort each
 * other, and the newest try would be as likely to win as the oldest. Keys take turns.
 * @throws UnavailableError without running `work` if its turn comes too late
 */
export function createFairTurns(longestWaitMs = LONGEST_WAIT_MS) {
  const inTurn = createTurns();
  const queue = createFairQueue<() => Promise<void>>();
  let last: string | undefined;
  return <T>(key: string, work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const arrived = performance.now();
      queue.push(key, async () => {
        last = key;
        if (performance.now() - arrived <= longestWaitMs) await work().then(resolve, reject);
        else
          reject(
            new UnavailableError(
              'Too many others wait. The request had no effect; try again.',
              spreadSeconds(1),
            ),
          );
      });
      // The key served last may have left the queue meanwhile and come back first.
      void inTurn('all', () => (queue.shift((other) => other !== last) ?? queue.shift()!)());
    });
}
