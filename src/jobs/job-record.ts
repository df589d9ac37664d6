import type { Metrics } from '../infra/metrics';
import type { JobType } from './job-handler';
import type { JobRecord } from './job-repository';

const OUTCOMES = ['done', 'retried', 'failed', 'over-limit', 'released', 'lost'] as const;
/**
 * What became of an attempt. `retried`: put back for a later one; `over-limit`: failed for good because it took too much
 * CPU time or memory, `failed`: for another reason; `released`: put back because the worker stops;
 * `lost`: another holds the job by now, or its end could not be written.
 */
export type JobOutcome = (typeof OUTCOMES)[number];

export interface RunningJob {
  jobId: string;
  type: string;
  attempt: number;
  /** Milliseconds since 1970. */
  since: number;
}

export type JobsRecord = ReturnType<typeof createJobsRecord>;

/** What this worker has under way, and what became of what it had. */
export function createJobsRecord(metrics: Pick<Metrics, 'histogram' | 'gauge'>, types: JobType[]) {
  const running = new Set<RunningJob>();
  const ended: Record<JobOutcome, number> = {
    done: 0,
    retried: 0,
    failed: 0,
    'over-limit': 0,
    released: 0,
    lost: 0,
  };
  const durations = metrics.histogram('taskfleet_job_duration_seconds', 'Attempts at jobs', [
    'type',
    'outcome',
  ]);
  const bound = new Map<string, (seconds: number) => void>();
  function durationOf(type: string, outcome: JobOutcome) {
    const key = `${type} ${outcome}`;
    if (!bound.has(key)) bound.set(key, durations(type, outcome));
    return bound.get(key)!;
  }
  // All of them from the start, so that the first failure raises the alert.
  for (const type of types) for (const outcome of OUTCOMES) durationOf(type, outcome);
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
        durationOf(job.type, outcome)((performance.now() - began) / 1_000);
      };
    },

    snapshot: () => ({ underWay: [...running], ended: { ...ended } }),
  };
}
