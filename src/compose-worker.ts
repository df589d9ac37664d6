import { composeDeadLetters } from './compose-jobs';
import { observeJobs } from './compose-metrics';
import { openStore } from './compose-store';
import type { ProcessConfig } from './config';
import { toSquareWebp } from './infra/images';
import { createMetrics } from './infra/metrics';
import { createJobQueue } from './infra/rabbit';
import { createResizeAvatar } from './jobs/handlers/resize-avatar';
import type { JobHandlers, JobType } from './jobs/job-handler';
import { createJobsRecord } from './jobs/job-record';
import { createJobRelay } from './jobs/job-relay';
import { createJobRunner } from './jobs/job-runner';
import type { Logger } from './logger';

/** Everything a job worker consists of; `start` lets it take jobs. */
export async function composeWorker(config: ProcessConfig, logger: Logger) {
  if (!config.amqpUrl) throw new Error('AMQP_URL is needed: the worker takes its jobs from RabbitMQ.');
  const metrics = createMetrics(config.jobWorkerName);
  const { mongo, avatars, jobs } = await openStore(config, logger, metrics);
  const queue = createJobQueue({
    url: config.amqpUrl,
    prefix: config.keyPrefix,
    concurrency: config.jobConcurrency,
    logger,
  });
  observeJobs(metrics, { jobs, queue });
  const relay = createJobRelay({ jobs, queue, logger });
  const handlers: JobHandlers = { 'resize-avatar': createResizeAvatar({ avatars, resize: toSquareWebp }) };
  const record = createJobsRecord(metrics, Object.keys(handlers) as JobType[]);
  const runner = createJobRunner({
    jobs,
    handlers,
    transaction: mongo.transaction,
    record,
    logger,
  });

  return {
    jobs: record,
    isConnected: queue.isConnected,
    queue: { depth: queue.depth, unacknowledged: queue.unacknowledged },
    deadLetters: composeDeadLetters(config.amqpUrl, config.keyPrefix, { avatars, jobs, mongo }),
    metrics,
    async start(): Promise<void> {
      await queue.start(runner.run);
      relay.start();
    },
    /** No new jobs; those under way get `graceMs`, then they are put back. */
    async close(graceMs: number): Promise<void> {
      const timer = setTimeout(runner.stop, graceMs);
      await Promise.all([queue.drain(), relay.stop()]);
      clearTimeout(timer);
      await queue.close();
      await mongo.close();
    },
  };
}
