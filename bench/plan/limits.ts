import type { Constants } from './constants-schema';
import type { Demand } from './demand';
import { isTogether, serversOn, survivorsOf, workOn, type Fleet, type PlanOptions } from './fleet';
import { adviceOf, type Resource } from './advice';

/** What ends first while the load grows and the fleet stays. */
export interface Limit {
  resource: Resource;
  /** Its name in the plan, such as "2 Redis". */
  name: string;
  /** Rate up to which the plan holds: with the headroom, and after the loss. */
  plannedTo: number;
  /** Rate at which it is full, with all hosts. */
  fullAt: number;
  /** What to take then. */
  then: string;
  /** True if the plan is beyond it already. */
  isPassed: boolean;
}

/** Lists what saturates, the first one first. */
export function limitsOf(demand: Demand, fleet: Fleet, constants: Constants, options: PlanOptions): Limit[] {
  const { perSecond, cores, bytes } = demand;
  const { busy, lose, networkGbit } = options;
  const { layout, work, redis, mongo, rabbit } = fleet;
  const { code, servers } = constants.limits;
  const count = (name: string, number: number) => (number > 1 ? `${number} × ${name}` : name);

  /** @param used of `all` at the rate of the plan, of which `idle` needs no request */
  const rate = (used: number, all: number, idle = 0) =>
    used > idle ? Math.max(0, perSecond * ((all - idle) / (used - idle))) : Infinity;
  const make = (resource: Resource, name: string, plannedTo: number, fullAt: number): Limit => ({
    resource,
    name,
    plannedTo,
    fullAt,
    then: adviceOf(resource, fleet),
    isPassed: false,
  });
  const cpu = (resource: Resource, name: string, used: number, all: number, idle: number, left = 1) =>
    make(resource, name, rate(used, all * busy * left, idle), rate(used, all, idle));

  const all = fleet.appHosts * fleet.usefulCores;
  const left = survivorsOf(fleet.appHosts, lose);
  const idle = {
    redis: work.redis - cores.Redis,
    mongo: work.mongo - cores.MongoDB,
    rabbit: work.rabbit - cores.RabbitMQ,
  };
  const app = cpu(
    'app',
    isTogether(fleet) ? 'cores of the hosts' : 'cores of the app hosts',
    workOn(fleet, left),
    all,
    serversOn(fleet, idle, left),
    left / fleet.appHosts,
  );
  const network = (
    resource: Resource,
    name: string,
    server: keyof Demand['bytes'],
    hosts: number,
    rest = hosts,
  ) => {
    const used = (bytes[server] * 8) / 1e9;
    return make(resource, name, rate(used, rest * networkGbit * busy), rate(used, hosts * networkGbit));
  };
  /** @param most of a count of which each app host needs some: so many hosts may be added, and no more */
  const reach = (resource: Resource, name: string, most: number, eachHost: number, others = 0) => {
    const hosts = others + Math.floor(most / eachHost);
    const useful = fleet.usefulCores;
    const planned = rate(work.app, survivorsOf(hosts, lose) * useful * busy);
    return {
      ...make(resource, name, planned, rate(work.app, hosts * useful)),
      isPassed: fleet.appHosts > hosts,
    };
  };
  const each = connectionsOf({ ...fleet, appHosts: 1, workers: fleet.workersPerHost }, constants);

  const together = (one: typeof idle) => one.redis + one.mongo + one.rabbit;
  const hostCores = isTogether(fleet) ? fleet.usefulCores : options.cores;

  return [
    app,
    ...(layout === 'own'
      ? []
      : [cpu('servers', 'the host of all primaries', together(work), hostCores, together(idle))]),
    cpu('redis', count("Redis' core", redis), work.redis, redis * servers.redisCores, idle.redis),
    cpu('mongo', count("MongoDB primary's cores", mongo), work.mongo, mongo * options.cores, idle.mongo),
    cpu(
      'rabbit',
      count("RabbitMQ queue's core", rabbit),
      work.rabbit,
      rabbit * servers.rabbitCores,
      idle.rabbit,
    ),
    network('redisNetwork', count("Redis' network", redis), 'Redis', redis),
    network('mongoNetwork', count("MongoDB's network", mongo), 'MongoDB', mongo),
    network('clientNetwork', "NGINX' network", 'NGINX', fleet.appHosts, left),
    // Its own host's ports are not among them.
    reach('nginxPorts', 'ports that NGINX lists', code.nginxPorts, fleet.workersPerHost, 1),
    reach('mongoConnections', "MongoDB's connections", servers.mongoConnections, each.mongoMost),
    reach('redisConnections', "Redis' connections", servers.redisConnections, each.redis / redis),
  ].sort((a, b) => a.plannedTo - b.plannedTo);
}

/** Counts the connections of all workers and job workers. */
export function connectionsOf(fleet: Fleet, { idleWorker: { connections }, limits }: Constants) {
  const clients = fleet.workers + fleet.appHosts;
  return {
    /** Open without a request; the pool of each process grows to `mongoPool` under load. */
    mongoIdle: Math.ceil(clients * connections.MongoDB),
    mongoMost: Math.ceil(clients * (limits.code.mongoPool + connections.MongoDB)),
    redis: Math.ceil(fleet.workers * connections.Redis) * fleet.redis,
    rabbit: Math.ceil(clients * connections.RabbitMQ) * fleet.rabbit,
  };
}
