import type { ClientSession } from '../infra/mongo/mongo';
import type { Mongo } from '../infra/mongo/mongo';
import { ConflictError, NotFoundError } from '../problems/errors';
import type { JobType } from './job-handler';
import type { JobRepository } from './job-repository';
import { toJob } from './job-view';

interface FailedJobsDeps {
  jobs: Pick<JobRepository, 'byId' | 'failed' | 'retry' | 'discard'>;
  transaction: Mongo['transaction'];
  /** Keeps what a job of this type works on for another try; returns false if it is gone. */
  keepPayload: Record<JobType, (jobId: string, session: ClientSession) => Promise<boolean>>;
  /** Removes it. */
  dropPayload: Record<JobType, (jobId: string, session: ClientSession) => Promise<void>>;
}

const SHOWN = 50;

export type FailedJobs = ReturnType<typeof createFailedJobs>;

/**
 * Jobs that failed for good. MongoDB decides: a retry puts the job back into the outbox in one transaction, so
 * it is there wholly or not at all, whoever dies; of two who press at once one finds the job no longer failed.
 */
export function createFailedJobs({ jobs, transaction, keepPayload, dropPayload }: FailedJobsDeps) {
  async function refuse(id: string): Promise<never> {
    if (!(await jobs.byId(id))) throw new NotFoundError('There is no such job.');
    throw new ConflictError('It is no failed job any more: it was tried again or discarded.');
  }

  return {
    list: async () => (await jobs.failed(SHOWN)).map(toJob),

    async retry(id: string): Promise<void> {
      const isBack = await transaction(async (session) => {
        const job = await jobs.retry(id, session);
        if (!job) return false;
        if (!(await keepPayload[job.type as JobType]?.(id, session)))
          throw new ConflictError('What the job works on is gone: it can only be discarded.');
        return true;
      });
      if (!isBack) await refuse(id);
    },

    /** Removes what the job works on at once; the user who asked for the job still sees that it failed. */
    async discard(id: string): Promise<void> {
      const discarded = await transaction(async (session) => {
        const job = await jobs.discard(id, session);
        if (job) await dropPayload[job.type as JobType]?.(id, session);
        return job;
      });
      if (!discarded) await refuse(id);
    },
  };
}
