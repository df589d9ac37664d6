import type { ClientSession } from '../infra/mongo/mongo';

/** What the jobs of each type are given; a type without a handler doesn't compile. */
export interface JobPayloads {
  /** `digest` of the original; `replaces`: the job of the picture that is shown until then, or ''. */
  'resize-avatar': { userId: string; digest: string; replaces: string };
}
export type JobType = keyof JobPayloads;

export interface JobHelpers {
  jobId: string;
  /** Aborts where the worker stops or has lost the job to another. */
  signal: AbortSignal;
}

/** Makes the effect of a finished job, in the transaction that marks it done; gives the job's result. */
export type Complete = (session: ClientSession) => Promise<Record<string, unknown>>;

export interface JobHandler<P> {
  /** May be run again after a crash at any point: what it does before `Complete` must bear that. */
  run: (payload: P, helpers: JobHelpers) => Promise<Complete>;
  /** After the job has ended; an error here is only logged. */
  tidy?: (payload: P, helpers: Pick<JobHelpers, 'jobId'>) => Promise<void>;
  /**
   * Runs in the transaction that marks the job failed. What belongs to the job is kept until `keepUntil` for an Admin's
   * retry; null if no retry can succeed: then it is removed.
   */
  failed?: (jobId: string, keepUntil: Date | null, session: ClientSession) => Promise<void>;
}

export type JobHandlers = { [T in JobType]: JobHandler<JobPayloads[T]> };

/** An error that another attempt would meet again; its message is told to whoever asked for the job. */
export class UnrecoverableError extends Error {}

/** The job used more of the machine than one job may. */
export class OverLimitError extends UnrecoverableError {}
