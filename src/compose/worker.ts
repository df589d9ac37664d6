import { composeDeadLetters } from './jobs';
import { observeJobs } from '../jobs/observe-jobs';
import { openStore } from './store';
import type { ProcessConfig } from '../config';
import { createMetrics } from '../infra/metrics';
import { createPictureDecoder } from '../infra/images/picture-decoder';
import { createJobQueue } from '../infra/rabbit/rabbit';
import { composeJobHealth } from '../health/compose';
import { createResizeAvatar } from '../avatars/resize-avatar';
import type { JobHandlers, JobType } from '../jobs/job-handler';
import { createJobMetrics } from '../jobs/job-metrics';
import { createJobRelay } from '../jobs/job-relay';
import { createJobRunner } from '../jobs/job-runner';
import { ConflictError } from '../problems/errors';
import type { Logger } from '../process/logger';

/**
 * The largest accepted pictures need 400 MB: 40 million pixels of a progressive JPEG with four channels. With all cores
 * busy a job worker, which has the lowest priority, may get a fiftieth of a core.
 */
const PICTURE_LIMITS = { memoryBytes: 640_000_000, wallMs: 600_000 };

/** Composes a job worker; `start` makes it take jobs. */
export async function composeWorker(config: ProcessConfig, logger: Logger) {
  if (!config.rabbit) throw new Error('AMQP_URL is required: the job worker takes its jobs from RabbitMQ.');
  const metrics = createMetrics({ host: config.hostName, worker: config.jobWorkerName });
  const { mongo, avatars, hosts, jobs } = await openStore(config, logger, metrics);
  const queue = createJobQueue({
    servers: config.rabbit,
    prefix: config.keyPrefix,
    concurrency: config.jobConcurrency,
    logger,
  });
  observeJobs(metrics, { jobs, queue });
  const relay = createJobRelay({ jobs, queue, logger });
  const decoder = createPictureDecoder({ ...PICTURE_LIMITS, cpuMs: config.jobCpuSeconds * 1_000 });
  const handlers: JobHandlers = { 'resize-avatar': createResizeAvatar({ avatars, decoder }) };
  const jobMetrics = createJobMetrics(metrics, Object.keys(handlers) as JobType[]);
  const runner = createJobRunner({
    jobs,
    handlers,
    transaction: mongo.transaction,
    metrics: jobMetrics,
    logger,
  });

  const onMessage = (id: string) => runner.run(id).finally(relay.wake);
  let isDraining = false;
  let isStopping = false;
  /** Takes jobs, or none for a while. The outbox is read all the same: the jobs are for other job workers then. */
  const intake = {
    isDraining: () => isDraining,
    drain: (): Promise<void> => {
      isDraining = true;
      return queue.drain();
    },
    /** @throws ConflictError if the process stops: it would end under the jobs that it takes */
    resume: async (): Promise<void> => {
      if (isStopping) throw new ConflictError('This job worker stops, so it takes no more jobs.');
      isDraining = false;
      return queue.resume(onMessage);
    },
  };
  const health = composeJobHealth(config, { mongo, queue });
  health.watch(intake.isDraining);

  return {
    health,
    intake,
    hosts,
    jobs: jobMetrics,
    isConnected: queue.isConnected,
    queue: { depth: queue.depth, unacknowledged: queue.unacknowledged },
    deadLetters: composeDeadLetters(config.rabbit, config.keyPrefix, { avatars, jobs, mongo }),
    metrics,
    async start(): Promise<void> {
      queue.start(onMessage);
      relay.start();
      health.started();
    },
    /** Takes no new jobs, and puts those under way back after `graceMs`. */
    async close(graceMs: number): Promise<void> {
      isStopping = isDraining = true;
      const timer = setTimeout(runner.stop, graceMs);
      await Promise.all([queue.drain(), relay.stop()]);
      clearTimeout(timer);
      decoder.close();
      await queue.close();
      await mongo.close();
    },
  };
}
