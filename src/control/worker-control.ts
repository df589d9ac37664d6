import type { ProcessConfig } from '../config';
import type { JobQueue } from '../infra/rabbit/rabbit';
import type { DeadLetters } from '../jobs/dead-letters';
import type { JobMetrics } from '../jobs/job-metrics';
import { processStatus, refuseDrainedHost, setLevel, type LevelledLogger } from './process-status';
import type { Answers, ControlHandlers } from './protocol';

interface WorkerControlOptions {
  config: ProcessConfig;
  isConnected: () => boolean;
  /** Takes jobs, or none for a while. */
  intake: { isDraining: () => boolean; drain: () => Promise<void>; resume: () => Promise<void> };
  /** True while an operator wants this host to take nothing. */
  isHostDrained: () => boolean;
  queue: Pick<JobQueue, 'depth' | 'unacknowledged'>;
  deadLetters: Pick<DeadLetters, 'settle'>;
  jobs: Pick<JobMetrics, 'snapshot'>;
  metricsAsJson: () => Promise<Answers['GET /metrics']>;
  loggers: LevelledLogger[];
}

export function workerControl(options: WorkerControlOptions) {
  const { config, isConnected, intake, isHostDrained, queue, deadLetters, jobs, metricsAsJson, loggers } =
    options;
  return {
    'GET /status': () => ({
      ...processStatus(config, config.jobWorkerName, loggers[0]!),
      kind: 'worker',
      isConnected: isConnected(),
      draining: intake.isDraining(),
      concurrency: config.jobConcurrency,
      jobs: jobs.snapshot(),
    }),
    'POST /drain': intake.drain,
    'POST /resume': async () => {
      refuseDrainedHost(config.hostName, isHostDrained());
      await intake.resume();
    },
    'GET /queue': async () => ({ depth: await queue.depth(), unacknowledged: queue.unacknowledged() }),
    'POST /dead-letters/retry': () => deadLetters.settle('retry'),
    'POST /dead-letters/discard': () => deadLetters.settle('discard'),
    'GET /metrics': metricsAsJson,
    'POST /log-level': setLevel(loggers),
  } satisfies ControlHandlers;
}
