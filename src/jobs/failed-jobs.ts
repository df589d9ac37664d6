import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import { ConflictError, NotFoundError } from '../problems/errors';
import type { JobType } from './job-handler';
import type { JobRepository } from './job-repository';
import { toJob } from './job-service';

interface FailedJobsDeps {
  jobs: Pick<JobRepository, 'byId' | 'failed' | 'retry' | 'discard'>;
  transaction: Mongo['transaction'];
  /** Keeps the input of a job of this type for another try; returns false if the input is gone. */
  keepPayload: Record<JobType, (jobId: string, session: ClientSession) => Promise<boolean>>;
  dropPayload: Record<JobType, (jobId: string, session: ClientSession) => Promise<void>>;
}

const SHOWN = 50;

export type FailedJobs = ReturnType<typeof createFailedJobs>;

/**
 * Jobs that failed for good. A retry moves the job back to the outbox in one transaction, so a crash leaves it whole;
 * of two simultaneous callers one finds that the job is no longer failed.
 */
export function createFailedJobs({ jobs, transaction, keepPayload, dropPayload }: FailedJobsDeps) {
  async function refuse(id: string): Promise<never> {
    if (!(await jobs.byId(id))) throw new NotFoundError('There is no such job.');
    throw new ConflictError('The job is no longer failed: it was retried or discarded.');
  }

  return {
    list: async () => (await jobs.failed(SHOWN)).map(toJob),

    async retry(id: string): Promise<void> {
      const isBack = await transaction(async (session) => {
        const job = await jobs.retry(id, session);
        if (!job) return false;
        if (!(await keepPayload[job.type as JobType]?.(id, session)))
          throw new ConflictError("The job's input is gone: it can only be discarded.");
        return true;
      });
      if (!isBack) await refuse(id);
    },

    /** Removes the job's input at once; the user who requested the job still sees that it failed. */
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
