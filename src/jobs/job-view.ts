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

export type JobView = ReturnType<typeof toJob>;
