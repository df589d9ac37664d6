import { ConflictError } from '../problems/errors';
import type { DeadLetter, DeadLetterQueue } from '../infra/rabbit/dead-letters';
import type { FailedJobs } from './failed-jobs';
import type { JobRecord, JobRepository } from './job-repository';

interface DeadLettersDeps {
  open: () => Promise<DeadLetterQueue>;
  jobs: Pick<JobRepository, 'byId'>;
  failedJobs: Pick<FailedJobs, 'retry' | 'discard'>;
}

/** Jobs retried and discarded, letters of jobs that need neither, and letters kept. */
export interface Settled {
  retried: number;
  discarded: number;
  over: number;
  kept: number;
}

export type DeadLetters = ReturnType<typeof createDeadLetters>;

const JOB_ID = /^[0-9a-f]{24}$/;

/**
 * Settles messages that crashed their job worker each time. A message is only a hint, so the job is what is settled:
 * MongoDB is written before the letter is dropped, and a crash in between leaves a letter whose job needs nothing.
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

  /** Resolves to false if another caller settled the job at the same moment. */
  const unlessDone = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConflictError) return false;
        throw error;
      },
    );

  return {
    /** Lists each letter with its job; null if there is no job of this id. */
    list: () =>
      withLetters((letters) =>
        Promise.all(letters.map(async (letter) => ({ id: idOf(letter), job: await jobOf(idOf(letter)) }))),
      ),

    /**
     * `retry` puts failed jobs back into the outbox and drops letters of jobs that wait, run or have ended; it keeps a
     * letter whose job has lost its picture or does not exist. `discard` drops every letter.
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
