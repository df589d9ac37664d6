import type { ProcessConfig } from '../config';
import type { JobQueue } from '../infra/rabbit/rabbit';
import type { DeadLetters, Settled } from '../jobs/dead-letters';
import type { JobsRecord } from '../jobs/job-record';
import type { ControlHandlers } from './control-server';
import { logLevelHandler, processStatus, type LevelledLogger, type ProcessStatus } from './process-status';

export interface WorkerStatus extends ProcessStatus {
  kind: 'worker';
  /** Whether RabbitMQ is there: without it no job comes. */
  isConnected: boolean;
  /** How many at a time. */
  concurrency: number;
  jobs: ReturnType<JobsRecord['snapshot']>;
}

/** `depth`: null where RabbitMQ can't be asked. */
export interface QueueStatus {
  depth: Awaited<ReturnType<JobQueue['depth']>>;
  unacknowledged: number;
}

interface WorkerControlOptions {
  config: ProcessConfig;
  isConnected: () => boolean;
  queue: Pick<JobQueue, 'depth' | 'unacknowledged'>;
  deadLetters: Pick<DeadLetters, 'settle'>;
  jobs: Pick<JobsRecord, 'snapshot'>;
  metricsAsJson: () => Promise<unknown>;
  loggers: LevelledLogger[];
}

/** What a job worker tells of itself and can be told to do. */
export function workerControl(options: WorkerControlOptions): ControlHandlers {
  const { config, isConnected, queue, deadLetters, jobs, metricsAsJson, loggers } = options;
  return {
    'GET /status': (): WorkerStatus => ({
      ...processStatus(config, config.jobWorkerName, loggers[0]!),
      kind: 'worker',
      isConnected: isConnected(),
      concurrency: config.jobConcurrency,
      jobs: jobs.snapshot(),
    }),
    'GET /queue': async (): Promise<QueueStatus> => ({
      depth: await queue.depth(),
      unacknowledged: queue.unacknowledged(),
    }),
    'POST /dead-letters/retry': (): Promise<Settled> => deadLetters.settle('retry'),
    'POST /dead-letters/discard': (): Promise<Settled> => deadLetters.settle('discard'),
    'GET /metrics': metricsAsJson,
    'POST /log-level': logLevelHandler(loggers),
  };
}
