import type { Principal } from '../people/principal';
import { NotFoundError } from '../problems/errors';
import type { JobRecord, JobRepository } from './job-repository';

export type JobService = ReturnType<typeof createJobService>;
export type JobView = ReturnType<typeof toJob>;

export function toJob(job: JobRecord) {
  const { _id, type, status, attempts, result, error, createdAt, startedAt, finishedAt } = job;
  return { _id: String(_id), type, status, attempts, result, error, createdAt, startedAt, finishedAt };
}

/** Result of an avatar's job whose user sent a newer picture; `replacedBy`: id of that picture's job. */
export const replacedResult = (replacedBy: string) => ({ shown: false, replacedBy });

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
