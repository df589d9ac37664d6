import type { Metrics } from '../infra/metrics';
import type { JobRecord } from './job-repository';

/**
 * What became of an attempt. `retried`: put back for a later one; `released`: put back because the worker stops;
 * `lost`: another holds the job by now, or its end could not be written.
 */
export type JobOutcome = 'done' | 'retried' | 'failed' | 'released' | 'lost';

export interface RunningJob {
  jobId: string;
  type: string;
  attempt: number;
  /** Milliseconds since 1970. */
  since: number;
}

export type JobsRecord = ReturnType<typeof createJobsRecord>;

/** What this worker has under way, and what became of what it had. */
export function createJobsRecord(metrics: Pick<Metrics, 'histogram' | 'gauge'>) {
  const running = new Set<RunningJob>();
  const ended: Record<JobOutcome, number> = { done: 0, retried: 0, failed: 0, released: 0, lost: 0 };
  const durations = metrics.histogram('taskfleet_job_duration_seconds', 'Attempts at jobs', [
    'type',
    'outcome',
  ]);
  metrics.gauge('taskfleet_jobs_running', 'Jobs that this worker has under way', () => running.size);

  return {
    /** @returns a function that is told what became of the attempt */
    begins(job: JobRecord): (outcome: JobOutcome) => void {
      const entry = { jobId: String(job._id), type: job.type, attempt: job.attempts, since: Date.now() };
      const began = performance.now();
      running.add(entry);
      return (outcome) => {
        running.delete(entry);
        ended[outcome] += 1;
        durations(job.type, outcome)((performance.now() - began) / 1_000);
      };
    },

    snapshot: () => ({ underWay: [...running], ended: { ...ended } }),
  };
}
