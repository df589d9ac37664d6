import { spreadSeconds } from '../lib/retry-after';
import { UnavailableError } from '../problems/errors';

/** Longer than the work of a few others takes, and shorter than a client or NGINX waits. */
const LONGEST_WAIT_MS = 5_000;

/** Runs one piece of work at a time for each key in this process, in the order in which they came. */
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
 * Runs work one after another, for transactions that write the same document: side by side they would only end each
 * other, and the newest try would be as likely to win as the oldest. Each key has one piece of work in the queue at a
 * time, so that a key with many delays the others by one.
 * @throws UnavailableError without doing anything if the turn comes too late
 */
export function createFairTurns(longestWaitMs = LONGEST_WAIT_MS) {
  const [ofKey, ofAll] = [createTurns(), createTurns()];
  return function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const arrived = performance.now();
    const begin = () => {
      if (performance.now() - arrived > longestWaitMs) {
        throw new UnavailableError('Too many others wait: nothing was done; try again.', spreadSeconds(1));
      }
      return work();
    };
    return ofKey(key, () => ofAll('all', begin));
  };
}
