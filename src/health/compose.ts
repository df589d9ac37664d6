import type { Config, ProcessConfig } from '../config';
import type { Metrics } from '../infra/metrics';
import type { Mongo } from '../infra/mongo/mongo';
import { createRabbitProbe } from '../infra/rabbit/probe';
import type { JobQueue } from '../infra/rabbit/rabbit';
import type { RedisClient } from '../infra/redis/redis';
import { versions } from '../process/version';
import { createHealth, type Health } from './health';

interface HealthDeps {
  metrics: Metrics;
  mongo: Pick<Mongo, 'ping'>;
  redis: Pick<RedisClient, 'ping'> | undefined;
}

/** Builds the checks of the servers behind an API worker. */
export function composeHealth(
  { fullWorkerName: worker, release = '', mongoUrl, redisUrl, rabbit, balancerUrls }: Config,
  { metrics, mongo, redis }: HealthDeps,
) {
  const probe = rabbit ? createRabbitProbe(rabbit) : undefined;
  const health = createHealth({
    about: { worker, ...versions, release },
    required: { mongodb: { ping: mongo.ping, url: mongoUrl } },
    // Jobs are accepted without RabbitMQ: they wait in MongoDB.
    optional: {
      ...(redis && { redis: { ping: redis.ping, url: redisUrl! } }),
      ...(probe && { rabbitmq: { ping: probe.ping, url: rabbit!.url } }),
    },
    isBalanced: Boolean(balancerUrls),
  });
  observeDependencies(metrics, health);
  return { health, close: async () => probe?.close() };
}

interface JobHealthDeps {
  mongo: Pick<Mongo, 'ping'>;
  queue: Pick<JobQueue, 'isConnected'>;
}

/** Builds the checks of the servers behind a job worker, which runs no job without either. */
export function composeJobHealth(
  { fullJobWorkerName: worker, release = '', mongoUrl, rabbit }: ProcessConfig,
  { mongo, queue }: JobHealthDeps,
): Health {
  const ping = async () => {
    if (!queue.isConnected()) throw new Error('not connected');
  };
  return createHealth({
    about: { worker, ...versions, release },
    required: { mongodb: { ping: mongo.ping, url: mongoUrl }, rabbitmq: { ping, url: rabbit?.url ?? '' } },
    optional: {},
  });
}

/** Exports the servers behind the API as this worker sees them. */
function observeDependencies(metrics: Metrics, health: Health): void {
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
