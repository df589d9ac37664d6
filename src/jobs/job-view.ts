import type { JobRecord } from './job-repository';

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

/** Result of an avatar's job whose user sent a newer picture; `replacedBy`: id of that picture's job. */
export const replacedResult = (replacedBy: string) => ({ shown: false, replacedBy });

export type JobView = ReturnType<typeof toJob>;
