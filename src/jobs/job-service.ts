import type { Principal } from '../people/principal';
import { NotFoundError } from '../problems/errors';
import type { JobRepository } from './job-repository';
import { toJob, type JobView } from './job-view';

export type JobService = ReturnType<typeof createJobService>;

export function createJobService(jobs: JobRepository) {
  return {
    /** @throws NotFoundError also for another user's job, unless an Admin asks */
    async get(id: string, by: Principal): Promise<JobView> {
      const job = await jobs.byId(id);
      if (!job || (by.role !== 'Admin' && String(job.requestedBy) !== by.id)) {
        throw new NotFoundError('There is no such job, or it belongs to another user.');
      }
      return toJob(job);
    },
  };
}
