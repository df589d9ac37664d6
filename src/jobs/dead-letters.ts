import { ConflictError } from '../problems/errors';
import type { DeadLetter, DeadLetterQueue } from '../infra/rabbit/dead-letters';
import type { FailedJobs } from './failed-jobs';
import type { JobRecord, JobRepository } from './job-repository';

interface DeadLettersDeps {
  open: () => Promise<DeadLetterQueue>;
  jobs: Pick<JobRepository, 'byId'>;
  failedJobs: Pick<FailedJobs, 'retry' | 'discard'>;
}

/** How many jobs were put back or discarded, how many letters were of jobs that need neither, how many stay. */
export interface Settled {
  retried: number;
  discarded: number;
  over: number;
  kept: number;
}

export type DeadLetters = ReturnType<typeof createDeadLetters>;

const JOB_ID = /^[0-9a-f]{24}$/;

/**
 * Messages that took their worker down each time. A message is but a hint, so what is done with one is done with its
 * job: MongoDB is written first and the letter dropped after it; who dies in between leaves a letter of a job that
 * needs nothing any more.
 */
export function createDeadLetters({ open, jobs, failedJobs }: DeadLettersDeps) {
  const idOf = ({ content }: DeadLetter) => content.subarray(0, 100).toString();
  const jobOf = async (id: string): Promise<JobRecord | null> => (JOB_ID.test(id) ? jobs.byId(id) : null);
  const isGivenUp = (job: JobRecord | null) => job?.status === 'failed' && !job.discardedAt;

  async function withLetters<T>(
    work: (letters: DeadLetter[], drop: (letter: DeadLetter) => void) => Promise<T>,
  ) {
    const queue = await open();
    try {
      return await work(await queue.take(), queue.drop);
    } finally {
      await queue.close();
    }
  }

  /** Of two who press at the same moment the other one did it. */
  const unlessDone = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConflictError) return false;
        throw error;
      },
    );

  return {
    /** Each with its job; null where none of this id is kept. */
    list: () =>
      withLetters((letters) =>
        Promise.all(letters.map(async (letter) => ({ id: idOf(letter), job: await jobOf(idOf(letter)) }))),
      ),

    /**
     * `retry`: failed jobs go back into the outbox, and letters of jobs that wait, run or are over are dropped; a
     * job whose picture is gone and what is no job's stay. `discard`: nothing stays.
     */
    settle: (how: 'retry' | 'discard'): Promise<Settled> =>
      withLetters(async (letters, drop) => {
        const settled = { retried: 0, discarded: 0, over: 0, kept: 0 };
        for (const letter of letters) {
          const id = idOf(letter);
          if (how === 'retry' && !JOB_ID.test(id)) {
            settled.kept += 1;
            continue;
          }
          const acts = isGivenUp(await jobOf(id));
          const isDone = acts && (await unlessDone(failedJobs[how](id)));
          if (acts && !isDone && isGivenUp(await jobOf(id))) settled.kept += 1;
          else {
            drop(letter);
            if (isDone) settled[how === 'retry' ? 'retried' : 'discarded'] += 1;
            else settled.over += 1;
          }
        }
        return settled;
      }),
  };
}
