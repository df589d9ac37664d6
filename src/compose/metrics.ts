import type { Admission } from '../admission/admission';
import type { Lateness } from '../admission/lateness';
import type { ProcessConfig } from '../config';
import type { DiskWatch } from '../disk/disk-watch';
import type { Room } from '../disk/room';
import type { Health } from '../health/health';
import type { HashPlaces } from '../auth/hash-places';
import type { HashPool } from '../infra/hash-pool';
import { keepAnswer } from '../lib/kept-answer';
import type { Metrics } from '../infra/metrics';
import type { Mongo } from '../infra/mongo/mongo';
import { watchPool } from '../infra/mongo/pool';
import type { JobQueue } from '../infra/rabbit/rabbit';
import { within } from '../lib/deadline';
import type { JobRepository } from '../jobs/job-repository';
import { readVersion } from '../process/version';

/** A scrape waits this long for MongoDB or RabbitMQ and then omits their samples. */
const LIMIT_MS = 1_000;
/** How long an answer is kept, however often the worker is scraped. */
const KEPT_MS = 3_000;

const secondsSince = (time: Date | undefined) =>
  time ? Math.max(0, (Date.now() - time.getTime()) / 1_000) : 0;

export function observeBuild(metrics: Metrics, config: ProcessConfig): void {
  const labels = { version: readVersion(), release: config.release ?? '' };
  metrics.info('taskfleet_build_info', 'Version and release of this process', labels);
}

export function observeMongo(metrics: Metrics, client: Mongo['client']): void {
  const failed = metrics.counter(
    'taskfleet_mongo_pool_checkout_failures_total',
    'Operations that got no connection to MongoDB',
    ['reason'],
  );
  // The driver's names.
  const ofReason = new Map(['timeout', 'connectionError', 'poolClosed'].map((it) => [it, failed(it)]));
  const pool = watchPool(client, (reason) => (ofReason.get(reason) ?? failed(reason))());
  metrics.gauges('taskfleet_mongo_pool_connections', 'Connections to MongoDB', 'state', pool.connections);
  metrics.gauge(
    'taskfleet_mongo_pool_max_connections',
    'Maximum connections to one MongoDB server',
    () => client.options.maxPoolSize,
  );
  metrics.gauge('taskfleet_mongo_pool_waiting', 'Operations waiting for a connection', pool.waiting);
}

export function observeHashing(
  metrics: Metrics,
  { pool, places, most }: { pool: HashPool; places: HashPlaces; most: number },
): void {
  metrics.gauge('taskfleet_hashes_under_way', 'Password hashes waiting or running', pool.underWay);
  metrics.gauge('taskfleet_hash_threads', 'Threads that hash passwords', pool.threads);
  metrics.gauge('taskfleet_hash_queue_length', 'Password hashes waiting for a thread', pool.waiting);
  metrics.gauge('taskfleet_hash_queue_limit', 'Maximum number of waiting password hashes', () => most);
  metrics.gauge(
    'taskfleet_hash_expected_wait_seconds',
    'Expected wait of the next password of a client without another; above 2 s it is refused with 503',
    () => places.expectedWaitMs() / 1_000,
  );
}

export function observeAdmission(metrics: Metrics, admission: Admission, lateness: Lateness): void {
  metrics.gauge('taskfleet_work_limit', 'Maximum writes and uncached lists under way', admission.limit);
  metrics.gauge('taskfleet_work_under_way', 'Writes and uncached lists under way', admission.underWay);
  metrics.gauge('taskfleet_work_waiting', 'Writes and uncached lists waiting for a place', admission.waiting);
  metrics.gauge('taskfleet_reads_under_way', 'Reads under way', admission.reads);
  metrics.gauge(
    'taskfleet_event_loop_late_seconds',
    'Lateness of the event loop over about the last second',
    () => lateness.recentMs() / 1_000,
  );
}

/** Every API worker of a host exports the same values: aggregate with min(), not sum(). */
export function observeDisks(metrics: Metrics, disks: DiskWatch): void {
  const each = (key: keyof Room) => () =>
    Object.fromEntries(Object.entries(disks.rooms()).map(([place, room]) => [place, room[key]]));
  metrics.gauges('taskfleet_disk_free_bytes', 'Free room on the disk of a place', 'place', each('free'));
  metrics.gauges('taskfleet_disk_size_bytes', 'Size of the disk of a place', 'place', each('size'));
  metrics.gauge('taskfleet_disk_full', 'Whether writes are refused because the database lacks room', () =>
    Number(disks.isFull()),
  );
}

/** Exports the servers behind the API as this worker sees them. */
export function observeDependencies(metrics: Metrics, health: Health): void {
  const ask = async () => Object.entries(await health.dependencies());
  metrics.gauges(
    'taskfleet_dependency_up',
    'Whether a server behind the API answers',
    'dependency',
    async () =>
      Object.fromEntries((await ask()).map(([name, { status }]) => [name, Number(status === 'up')])),
  );
  metrics.gauges(
    'taskfleet_dependency_latency_seconds',
    'How long the server took to answer or fail',
    'dependency',
    async () => Object.fromEntries((await ask()).map(([name, { latencyMs }]) => [name, latencyMs / 1_000])),
  );
}

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
