import type { Metrics } from '../infra/metrics';
import type { JobQueue } from '../infra/rabbit/rabbit';
import { within } from '../lib/deadline';
import { keepAnswer } from '../lib/kept-answer';
import type { JobRepository } from './job-repository';

/** A scrape waits at most this long for MongoDB or RabbitMQ; their metrics are left out if they do not answer. */
const LIMIT_MS = 1_000;
/** However many scrapes come, each server is asked once in this time. */
const KEPT_MS = 3_000;

const secondsSince = (time: Date | undefined) =>
  time ? Math.max(0, (Date.now() - time.getTime()) / 1_000) : 0;

/** Every job worker exports the same values: aggregate with max(), not sum(). */
export function observeJobs(
  metrics: Metrics,
  {
    jobs,
    queue,
  }: { jobs: Pick<JobRepository, 'depth'>; queue: Pick<JobQueue, 'depth' | 'isBlocked' | 'isConnected'> },
): void {
  const look = <T>(ask: () => Promise<T>) => {
    const kept = keepAnswer(() => ask().catch(() => undefined), KEPT_MS);
    return () => within(kept(), LIMIT_MS, undefined);
  };
  const stored = look(() => jobs.depth(LIMIT_MS));
  const queued = look(async () => (await queue.depth()) ?? undefined);

  metrics.gauges(
    'taskfleet_jobs',
    'Jobs in MongoDB by status, each counted to 10,000',
    'status',
    async () => (await stored())?.jobs,
  );
  metrics.gauge('taskfleet_jobs_oldest_queued_age_seconds', 'Age of the oldest queued job', async () =>
    ageOf(await stored(), 'oldestQueuedAt'),
  );
  metrics.gauge(
    'taskfleet_outbox_jobs',
    'Jobs due for publishing to RabbitMQ, counted to 10,000',
    async () => (await stored())?.outbox,
  );
  metrics.gauge(
    'taskfleet_outbox_oldest_age_seconds',
    'How long the oldest job has been due for publishing',
    async () => ageOf(await stored(), 'oldestDueAt'),
  );
  metrics.gauge('taskfleet_rabbit_connected', 'Whether this job worker is connected to RabbitMQ', () =>
    Number(queue.isConnected()),
  );
  metrics.gauge('taskfleet_rabbit_blocked', 'Whether RabbitMQ lacks disk or memory and accepts no jobs', () =>
    Number(queue.isBlocked()),
  );
  metrics.gauges('taskfleet_rabbit_messages', 'Messages waiting in RabbitMQ', 'queue', async () => {
    const depth = await queued();
    return depth && { jobs: depth.ready, dead_letters: depth.deadLetters };
  });
  metrics.gauge(
    'taskfleet_rabbit_consumers',
    'Job workers that consume messages',
    async () => (await queued())?.consumers,
  );
}

type Depth = Awaited<ReturnType<JobRepository['depth']>>;

const ageOf = (depth: Depth | undefined, of: 'oldestQueuedAt' | 'oldestDueAt') =>
  depth && secondsSince(depth[of]);
