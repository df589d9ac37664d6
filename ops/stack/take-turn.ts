import { openMongo } from '../../src/infra/mongo/inspection';
import { createLock } from '../../src/infra/mongo/lock';
import { messageOf } from '../../src/lib/error-code';
import { interruption, sleep, UserError } from '../../tools/command/run-command';
import type { Tell } from './types';

/** Lock under which one host at a time replaces its workers. */
export const TURN = 'replace-workers';
const ANSWER_MS = 5_000;
const LOOK_MS = 1_000;
/** Longer than a host with many workers takes. */
const LONGEST_MS = 60 * 60_000;

interface TurnOptions extends Tell {
  /** Lets other commands of this host, such as a stop, go on while this one waits. */
  apart?: <T>(wait: () => Promise<T>) => Promise<T>;
  waitMs?: number;
  leaseMs?: number;
}

/**
 * Runs `work`, which replaces workers, while no other host on this database does the same. Turns are for steadiness
 * alone, so without MongoDB, or if the turn is lost, the work goes on. The turn of a command that died ends with its
 * lease.
 *
 * @param env variables of the apps
 * @throws UserError that names the host that takes too long
 */
export async function takeTurn<T>(
  { MONGO_URL = '', TASKFLEET_HOST }: Record<string, string>,
  { say, status = () => {}, apart = (wait) => wait(), waitMs = LONGEST_MS, leaseMs }: TurnOptions,
  work: () => Promise<T>,
): Promise<T> {
  const connection = await openMongo(MONGO_URL, ANSWER_MS).catch((error: unknown) => {
    say(`going on without a turn among the hosts: ${messageOf(error)}`);
    return undefined;
  });
  if (!connection) return work();
  const lock = createLock(connection.db!, TURN, { leaseMs, host: TASKFLEET_HOST });
  const giveUp = performance.now() + waitMs;

  async function waitForOthers(holder: string): Promise<void> {
    const text = `waiting for ${holder} to replace its workers`;
    say(text);
    status(text);
    while (await lock.holder()) {
      if (interruption.signal.aborted) throw new UserError('interrupted');
      if (performance.now() > giveUp)
        throw new UserError(`${holder} still replaces its workers. Nothing was changed; look there.`);
      await sleep(LOOK_MS);
    }
  }

  try {
    for (;;) {
      let done: { result: T } | { error: unknown } | undefined;
      // An error of the work must not be taken for the loss of the turn, nor the other way round.
      const turn = async (lost: AbortSignal) => {
        lost.addEventListener('abort', () => say('the turn among the hosts was lost; going on'));
        done = await work().then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        );
      };
      await lock.attempt(turn);
      if (done && 'error' in done) throw done.error;
      if (done) return done.result;
      const holder = await lock.holder();
      if (holder) await apart(() => waitForOthers(holder));
    }
  } finally {
    void connection.close().catch(() => {});
  }
}
