import { sum } from '../figures/statistics';
import { throughputAt } from '../figures/usl';
import type { Constants } from './constants-schema';
import type { Demand } from './demand';

export const LOSSES = ['none', 'host', 'zone'] as const;

export interface PlanOptions {
  /** Cores of each host. */
  cores: number;
  /** Most share of the cores that may be busy, also after the loss. */
  busy: number;
  /** What may be lost: a zone is one of three. */
  lose: (typeof LOSSES)[number];
  /** Network of each host, in Gbit/s. */
  networkGbit: number;
}

/**
 * one: a host with everything. three: three hosts, each with everything. split: hosts with NGINX and workers, and three
 * (or one) with all servers. own: as split, with hosts for each server.
 */
export type Layout = 'one' | 'three' | 'split' | 'own';

export interface Fleet {
  layout: Layout;
  hosts: number;
  /** Hosts with NGINX, API workers and a job worker. */
  appHosts: number;
  serverHosts: number;
  workersPerHost: number;
  workers: number;
  /** What the workers of a host do, in workers that have no others beside them. */
  usefulCores: number;
  /** Primaries, and hosts for each of them. */
  redis: number;
  mongo: number;
  rabbit: number;
  members: { redis: number; mongo: number; rabbit: number };
  /** Cores that are busy, with what idle workers cost the servers. */
  work: { app: number; redis: number; mongo: number; rabbit: number };
}

const ZONES = 3;

/** True if the hosts with NGINX and workers have the servers as well. */
export const isTogether = ({ layout }: Pick<Fleet, 'layout'>): boolean =>
  layout === 'one' || layout === 'three';

/** The cores of each server, as in `Fleet.work`. */
type ServerWork = Pick<Fleet['work'], 'redis' | 'mongo' | 'rabbit'>;

/**
 * Returns the cores that the servers keep busy on so many hosts with workers: none if they have hosts of their own. Every
 * member of MongoDB and RabbitMQ does what their first does.
 */
export const serversOn = (fleet: Pick<Fleet, 'layout'>, work: ServerWork, hosts: number): number =>
  isTogether(fleet) ? work.redis + hosts * (work.mongo + work.rabbit) : 0;

/** Returns the cores that are busy on the hosts with workers while so many of them are left. */
export const workOn = (fleet: Pick<Fleet, 'layout' | 'work'>, hosts: number): number =>
  fleet.work.app + serversOn(fleet, fleet.work, hosts);

/** Returns how many of the hosts are left. */
export const survivorsOf = (hosts: number, lose: PlanOptions['lose']): number =>
  hosts - (lose === 'none' ? 0 : lose === 'host' ? 1 : Math.ceil(hosts / ZONES));

/** Returns the least number of hosts of which `needed` are left. */
const hostsFor = (needed: number, lose: PlanOptions['lose']): number =>
  lose === 'none' ? needed : lose === 'host' ? needed + 1 : Math.ceil((needed * ZONES) / (ZONES - 1));

/** Returns the least whole number, at least 1; a rounding error adds none. */
const ceil = (value: number) => Math.max(1, Math.ceil(value - 1e-9));

/** Chooses the fleet with the fewest hosts. Hosts need not run a worker per core, so larger ones never need more. */
export function planFleet(demand: Demand, constants: Constants, options: PlanOptions): Fleet {
  let best: Fleet | undefined;
  for (let workers = options.cores; workers >= 1; workers -= 1) {
    const fleet = planWith(workers, demand, constants, options);
    if (!best || fleet.hosts < best.hosts) best = fleet;
  }
  return best!;
}

function planWith(workersPerHost: number, demand: Demand, constants: Constants, options: PlanOptions): Fleet {
  const { cores, busy, lose } = options;
  const { law, limits } = constants;
  const app = sum([
    demand.cores['API, event loop'],
    demand.cores['API, hash and other threads'],
    demand.cores.PM2,
    demand.cores.NGINX,
    demand.cores['job worker'],
  ]);
  const usefulCores = throughputAt({ lambda: 1, ...law }, workersPerHost);
  const isSafe = lose !== 'none';
  const members = isSafe ? { redis: 2, mongo: 3, rabbit: 3 } : { redis: 1, mongo: 1, rabbit: 1 };
  const serverSite = isSafe ? 3 : 1;

  const make = (layout: Layout, appHosts: number): Fleet => {
    const workers = appHosts * workersPerHost;
    const work = { app, ...serverWork(demand, constants, workers) };
    const isOne = layout !== 'own';
    const redis = isOne
      ? 1
      : ceil(Math.max(work.redis / (busy * limits.servers.redisCores), gbit(demand, 'Redis', options)));
    const mongo = isOne ? 1 : ceil(Math.max(work.mongo / (busy * cores), gbit(demand, 'MongoDB', options)));
    const rabbit = isOne ? 1 : ceil(work.rabbit / (busy * limits.servers.rabbitCores));
    const serverHosts =
      layout === 'split'
        ? serverSite
        : layout === 'own'
          ? redis * members.redis + mongo * members.mongo + rabbit * members.rabbit
          : 0;
    const hosts = appHosts + serverHosts;
    const shape = { layout, hosts, appHosts, serverHosts, workersPerHost, workers, usefulCores };
    return { ...shape, redis, mongo, rabbit, members, work };
  };

  const together = make(isSafe ? 'three' : 'one', serverSite);
  if (fitsTogether(together, demand, constants, options)) return together;
  const appHosts = hostsFor(ceil(Math.max(app / (busy * usefulCores), gbit(demand, 'NGINX', options))), lose);
  const split = make('split', appHosts);
  return fitsServers(split, demand, constants, options, cores) ? split : make('own', appHosts);
}

/** Returns the hosts that the bytes to this server fill. */
const gbit = ({ bytes }: Demand, name: keyof Demand['bytes'], { busy, networkGbit }: PlanOptions) =>
  (bytes[name] * 8) / 1e9 / (busy * networkGbit);

function serverWork({ cores }: Demand, { idleWorker }: Constants, workers: number) {
  const idle = (name: 'Redis' | 'MongoDB' | 'RabbitMQ') => (workers * idleWorker.cpuMicros[name]) / 1e6;
  return {
    redis: cores.Redis + idle('Redis'),
    mongo: cores.MongoDB + idle('MongoDB'),
    rabbit: cores.RabbitMQ + idle('RabbitMQ'),
  };
}

/** True if hosts that have everything are enough. */
function fitsTogether(fleet: Fleet, demand: Demand, constants: Constants, options: PlanOptions): boolean {
  const left = survivorsOf(fleet.hosts, options.lose);
  const bytes = sum(Object.keys(demand.bytes).map((name) => gbit(demand, name as 'NGINX', options)));
  return (
    workOn(fleet, left) <= left * options.busy * fleet.usefulCores &&
    bytes <= left &&
    fitsServers(fleet, demand, constants, options, fleet.usefulCores)
  );
}

/** True if one host can have the first of each server, as it may after a loss. */
function fitsServers(
  { work }: Fleet,
  demand: Demand,
  { limits }: Constants,
  options: PlanOptions,
  cores: number,
): boolean {
  const { busy } = options;
  return (
    work.redis + work.mongo + work.rabbit <= busy * cores &&
    work.redis <= busy * limits.servers.redisCores &&
    work.rabbit <= busy * limits.servers.rabbitCores &&
    gbit(demand, 'Redis', options) + gbit(demand, 'MongoDB', options) <= 1
  );
}
