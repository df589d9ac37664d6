import { UnavailableError } from '../errors';

/** Longer than the work of a few others takes, and shorter than a client or NGINX waits. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Runs work one after another, for transactions that write the same document: side by side they would only end each
 * other, and the newest try would be as likely to win as the oldest. Each key has one piece of work in the queue at a
 * time, so that a key with many delays the others by one.
 * @throws UnavailableError without doing anything if the turn comes too late
 */
export function createTurns(longestWaitMs = LONGEST_WAIT_MS) {
  let last: Promise<unknown> = Promise.resolve();
  const lastOf = new Map<string, Promise<void>>();

  return function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const arrived = performance.now();
    const begin = () => {
      if (performance.now() - arrived > longestWaitMs) {
        throw new UnavailableError('Too many others wait: nothing was done; try again.');
      }
      return work();
    };
    const queue = (): Promise<T> => {
      const turn = last.then(begin);
      last = turn.catch(() => {});
      return turn;
    };
    const turn = lastOf.get(key)?.then(queue) ?? queue();
    const end: Promise<void> = turn.then(
      () => forget(),
      () => forget(),
    );
    const forget = () => {
      if (lastOf.get(key) === end) lastOf.delete(key);
    };
    lastOf.set(key, end);
    return turn;
  };
}
