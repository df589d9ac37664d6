import { bestThroughput, throughputAt } from '../figures/usl';
import { formatCount, formatNumber, formatPercent } from '../reports/format';
import { isTogether } from './fleet';
import type { Plan } from './plan';

/** One figure of the plan: what, how much, and the assumption behind it. */
export interface Line {
  name: string;
  value: string;
  why: string;
}

const LAYOUTS = {
  one: 'everything is on it',
  three: 'each has NGINX, workers, and a member of MongoDB, Redis or its replica, and RabbitMQ',
  split: 'the servers share hosts of their own',
  own: 'each server has hosts of its own',
};

export function hostLines(plan: Plan): Line[] {
  const { fleet, options, constants, demand, busy } = plan;
  const { appHosts, workersPerHost: workers, usefulCores, members, layout, work } = fleet;
  const { sigma, kappa } = constants.law;
  const useful = formatNumber(usefulCores);
  const isOwn = layout === 'own';
  const per = (name: string, primaries: number, hosts: number, why: string): Line[] =>
    isOwn ? [{ name: `  ${name} hosts`, value: String(primaries * hosts), why }] : [];
  const core = formatPercent(options.busy);
  return [
    { name: 'hosts', value: String(fleet.hosts), why: `${options.cores} cores each; ${LAYOUTS[layout]}` },
    {
      name: isTogether(fleet) ? '  with workers' : '  app hosts',
      value: String(appHosts),
      why:
        `NGINX, ${formatCount(workers, 'API worker')} and a job worker each; ${formatNumber(work.app)} cores of work. ` +
        `${formatCount(workers, 'worker')} beside each other do what ${useful} would alone ` +
        `(σ ${sigma}, κ ${kappa}). ${formatPercent(busy.now)} busy` +
        (options.lose === 'none'
          ? ''
          : `, ${formatPercent(busy.afterLoss)} without ${theLoss(options.lose)}`),
    },
    ...(layout === 'split'
      ? [
          {
            name: '  server hosts',
            value: String(fleet.serverHosts),
            why: `MongoDB, Redis and RabbitMQ together: ${formatNumber(work.mongo + work.redis + work.rabbit)} cores if all primaries are on one`,
          },
        ]
      : []),
    ...per(
      'MongoDB',
      fleet.mongo,
      members.mongo,
      `${formatCount(fleet.mongo, 'replica set')} of ${members.mongo}: all reads and writes are the primary's, ` +
        `${formatNumber(work.mongo)} cores, at most ${formatNumber(options.busy * options.cores)} each`,
    ),
    ...per(
      'Redis',
      fleet.redis,
      members.redis,
      `${formatCount(fleet.redis, 'primary', 'primaries')}${members.redis > 1 ? ' with a replica each' : ''}: ` +
        `${formatNumber(work.redis)} cores, one thread each, at most ${core} busy`,
    ),
    ...per(
      'RabbitMQ',
      fleet.rabbit,
      members.rabbit,
      `${formatCount(fleet.rabbit, 'quorum queue')} of ${members.rabbit}: ${formatNumber(demand.jobsPerSecond)} jobs/s, ` +
        `${formatNumber(work.rabbit)} cores, one process a queue`,
    ),
  ];
}

const theLoss = (lose: string) => (lose === 'zone' ? 'one of three zones' : 'one of them');

export function processLines(plan: Plan): Line[] {
  const { fleet, constants, demand, jobsAtOnce, options } = plan;
  const { workers, workersPerHost } = fleet;
  const { workerMb } = constants.memory;
  const atAHost = Math.max(1, Math.ceil(jobsAtOnce / fleet.appHosts));
  return [
    {
      name: 'API workers',
      value: String(workers),
      why: `${workersPerHost} a host; ${workerMb} MB each, ${formatNumber((workersPerHost * workerMb) / 1_000)} GB a host`,
    },
    {
      name: 'job workers',
      value: String(fleet.appHosts),
      why:
        `one a host; ${formatNumber(demand.jobsPerSecond)} jobs/s keep ${formatNumber(demand.cores['job worker'])} cores busy: ` +
        `${jobsAtOnce} at a time in all, JOB_CONCURRENCY at least ${Math.max(2, atAHost)}`,
    },
    {
      name: 'NGINX',
      value: String(fleet.appHosts),
      why:
        `one a host, ${formatNumber(demand.cores.NGINX)} cores in all, plain HTTP: TLS is not in it. ` +
        (workers - workersPerHost > constants.limits.code.nginxPorts
          ? 'Each lists the workers of its own host'
          : `Each lists all workers (API_HOSTS: at most ${constants.limits.code.nginxPorts})`) +
        (fleet.appHosts > 1 ? '; DNS or a balancer of connections spreads clients over them' : ''),
    },
    ...(options.lose === 'none'
      ? []
      : [{ name: 'sentinels', value: '3', why: 'of Redis, on any three hosts; their work is not counted' }]),
  ];
}

export function connectionLines({ connections, fleet, constants, gbits }: Plan): Line[] {
  const { mongoPool } = constants.limits.code;
  const { mongoConnections, redisConnections } = constants.limits.servers;
  const clients = fleet.workers + fleet.appHosts;
  const number = (value: number) => value.toLocaleString('en-US');
  return [
    {
      name: 'to MongoDB',
      value: number(connections.mongoMost),
      why:
        `at most: ${number(clients)} processes with a pool of up to ${mongoPool} each; ${number(connections.mongoIdle)} ` +
        `without load. mongod takes ${number(mongoConnections)} with 64,000 open files`,
    },
    {
      name: 'to Redis',
      value: number(connections.redis),
      why: `one a worker${fleet.redis > 1 ? ' and Redis' : ''}; Redis takes ${number(redisConnections)}`,
    },
    { name: 'to RabbitMQ', value: number(connections.rabbit), why: 'one a process' },
    {
      name: 'to clients',
      value: `${formatNumber(gbits.clients)} Gbit/s`,
      why: 'bytes of requests and answers, without the headers of TCP and IP',
    },
    {
      name: 'to servers',
      value: `${formatNumber(gbits.redis + gbits.mongo + gbits.rabbit)} Gbit/s`,
      why: serverShares(gbits),
    },
  ];
}

const serverShares = ({ redis, mongo, rabbit }: Plan['gbits']) =>
  `Redis ${formatNumber(redis)}, MongoDB ${formatNumber(mongo)}, RabbitMQ ${formatNumber(rabbit)}; without replication`;

/** Explains up to where twice the hosts do twice the work. */
export function lawText({ fleet, constants: { law } }: Plan): string {
  const { sigma, kappa, workers } = law;
  const share = throughputAt({ lambda: 1, ...law }, fleet.workers) / fleet.workers;
  const most = bestThroughput({ lambda: 1, ...law });
  const all = Number.isFinite(most)
    ? `for all ${fleet.workers} it would leave ${formatPercent(share)} of them, and never more than ${Math.floor(most)}`
    : 'it takes nothing from any number';
  return (
    `The law (contention σ ${sigma}, coherency κ ${kappa}, fitted to 1 to ${workers} workers on one host) counts ` +
    `among the workers of a host alone; ${all}. Between hosts the plan counts what they share, server by server. ` +
    'Measure before you buy: `bench --only scaling` on a large host, a drill on several.'
  );
}
