import type { Metrics } from '../infra/metrics';
import type { JobType } from './job-handler';
import type { JobRecord } from './job-repository';

const OUTCOMES = ['done', 'retried', 'failed', 'over-limit', 'released', 'lost'] as const;
/**
 * Outcome of an attempt. `retried`: another follows; `failed` and `over-limit` (of CPU time or memory): failed for
 * good; `released`: put back because the job worker stops; `lost`: another worker holds it, or its end could not be
 * written.
 */
export type JobOutcome = (typeof OUTCOMES)[number];

export interface RunningJob {
  jobId: string;
  type: string;
  attempt: number;
  /** When the attempt began, ms since 1970. */
  since: number;
}

export type JobMetrics = ReturnType<typeof createJobMetrics>;

/** Counts and times the attempts of this job worker. */
export function createJobMetrics(metrics: Pick<Metrics, 'histogram' | 'gauge'>, types: JobType[]) {
  const running = new Set<RunningJob>();
  const ended = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<JobOutcome, number>;
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
  // Bound from the start, so that the first failure raises the alert.
  for (const type of types) for (const outcome of OUTCOMES) durationOf(type, outcome);
  metrics.gauge('taskfleet_jobs_running', 'Jobs under way in this job worker', () => running.size);

  return {
    /** @returns a function to call with the outcome of the attempt */
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
