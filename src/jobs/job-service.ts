import type { Principal } from '../auth/token-service';
import { NotFoundError } from '../errors';
import type { JobRecord, JobRepository } from './job-repository';

export type JobService = ReturnType<typeof createJobService>;

export const toJob = (job: JobRecord) => ({
  _id: String(job._id),
  type: job.type,
  status: job.status,
  attempts: job.attempts,
  result: job.result,
  error: job.error,
  createdAt: job.createdAt,
  startedAt: job.startedAt,
  finishedAt: job.finishedAt,
});

export type JobView = ReturnType<typeof toJob>;

export function createJobService(jobs: JobRepository) {
  return {
    /** @throws NotFoundError also for a job that another asked for, unless an Admin looks */
    async get(id: string, by: Principal): Promise<JobView> {
      const job = await jobs.byId(id);
      if (!job || (by.role !== 'Admin' && String(job.requestedBy) !== by.id)) {
        throw new NotFoundError('There is no such job, or another asked for it.');
      }
      return toJob(job);
    },
  };
}
