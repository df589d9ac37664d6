import type { Constants } from './constants-schema';
import { isTogether, type Fleet } from './fleet';

export type Resource =
  | 'app'
  | 'servers'
  | 'redis'
  | 'mongo'
  | 'rabbit'
  | 'redisNetwork'
  | 'mongoNetwork'
  | 'clientNetwork'
  | 'nginxPorts'
  | 'mongoConnections'
  | 'redisConnections';

const SPLIT_REDIS =
  'turn on io-threads of Redis (configuration alone, not measured); then several Redis, each for some prefixes of ' +
  'the keys: taskfleet has one REDIS_URL and refuses Redis Cluster, so this needs code; or regional clusters';

/** What to take when a resource is used up. */
const ADVICE: Record<Resource, string> = {
  app: 'add hosts; nothing else changes',
  servers: 'give each of the servers hosts of its own',
  redis: SPLIT_REDIS,
  redisNetwork: SPLIT_REDIS,
  mongo:
    'a host with more cores; then a sharded MongoDB behind mongos: tasks by hashed _id, users unsharded, since ' +
    'unique names need one shard; taskfleet was not run on one. Or regional clusters, each with its own users',
  mongoNetwork: 'a faster network; then shards, as for the cores of the primary',
  rabbit: 'a queue for each kind of job or several by hash, which needs code; or regional clusters',
  clientNetwork: 'add hosts; nothing else changes',
  nginxPorts:
    'let each NGINX list the workers of its own host alone, behind a balancer of connections or DNS: a host then ' +
    'leaves as a whole',
  mongoConnections: 'raise the limit of open files of mongod (64,000 is advised), or lower maxPoolSize',
  redisConnections: 'raise maxclients of Redis',
};

/** On one host with everything the first step is another one. */
const TOGETHER: Partial<Record<Resource, string>> = {
  app: 'give the servers hosts of their own, and add hosts with NGINX and workers',
};

export const adviceOf = (resource: Resource, fleet: Fleet): string =>
  (isTogether(fleet) && TOGETHER[resource]) || ADVICE[resource];

/** Lists what the plan needs that taskfleet does not have, or that was never measured. */
export function doubtsOf(fleet: Fleet, { law }: Constants): string[] {
  const { redis, mongo, rabbit, workersPerHost } = fleet;
  return [
    ...(redis > 1
      ? [
          `${redis} Redis: taskfleet has one REDIS_URL and refuses Redis Cluster. io-threads may make one enough.`,
        ]
      : []),
    ...(mongo > 1
      ? [
          `${mongo} primaries of MongoDB: taskfleet was not run on a sharded one, and users stay on one shard.`,
        ]
      : []),
    ...(rabbit > 1 ? [`${rabbit} queues of RabbitMQ: taskfleet has one for its jobs.`] : []),
    ...(workersPerHost > law.workers
      ? [
          `${workersPerHost} workers on a host: the fit was measured up to ${law.workers}; beyond it is a guess.`,
        ]
      : []),
  ];
}
