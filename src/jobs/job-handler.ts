import type { ClientSession } from '../infra/mongo/mongo';

/** Input of the jobs by type; a type without a handler does not compile. */
export interface JobPayloads {
  /** `digest` of the original; `replaces`: job of the picture shown so far, or ''. */
  'resize-avatar': { userId: string; digest: string; replaces: string };
}
export type JobType = keyof JobPayloads;

export interface JobHelpers {
  jobId: string;
  /** Aborts if the job worker stops or has lost the job to another. */
  signal: AbortSignal;
}

/** Commits the job's effect in the transaction that marks the job done; returns the job's result. */
export type Complete = (session: ClientSession) => Promise<Record<string, unknown>>;

export interface JobHandler<P> {
  /** May run again after a crash at any point, so everything before `Complete` must be idempotent. */
  run: (payload: P, helpers: JobHelpers) => Promise<Complete>;
  /** Cleans up after the job has ended; an error is only logged. */
  tidy?: (payload: P, helpers: Pick<JobHelpers, 'jobId'>) => Promise<void>;
  /**
   * Runs in the transaction that marks the job failed. Keeps its input until `keepUntil` for a retry; null removes it.
   */
  failed?: (jobId: string, keepUntil: Date | null, session: ClientSession) => Promise<void>;
}

export type JobHandlers = { [T in JobType]: JobHandler<JobPayloads[T]> };

/** An error that a retry would meet again; the user who requested the job sees its message. */
export class UnrecoverableError extends Error {}

/** The job used more CPU time or memory than one job may. */
export class OverLimitError extends UnrecoverableError {}
