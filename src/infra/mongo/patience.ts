import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../lib/server-away';
import type { Logger } from '../../process/logger';
import { isMongoAway } from './mongo';

/** Between two tries, each of which takes up to three seconds itself. */
const PAUSE_MS = 500;

/**
 * Repeats the steps of a start while MongoDB has no primary or does not answer. An engine that rolls an update back at
 * the first start that fails would do so in each election.
 * @param limitMs for all steps together; then the error of the last try is thrown. Any other error is thrown at once.
 */
export function createPatience(limitMs: number, logger: Pick<Logger, 'warn'>) {
  const giveUp = Date.now() + limitMs;
  return async <T>(step: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        const { cause } = error as Error;
        if (Date.now() >= giveUp || !(isMongoAway(error) || (cause !== undefined && isMongoAway(cause))))
          throw error;
        logger.warn({ reason: reasonOf(error) }, 'The start waits for MongoDB');
        await sleep(PAUSE_MS);
      }
    }
  };
}
