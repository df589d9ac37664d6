import type { Constants } from './constants-schema';
import { doubtsOf } from './advice';
import { demandOf, type Demand } from './demand';
import { planFleet, survivorsOf, workOn, type Fleet, type PlanOptions } from './fleet';
import { connectionsOf, limitsOf, type Limit } from './limits';
import type { Mix } from './mix';

export interface Plan {
  mix: Mix;
  options: PlanOptions;
  demand: Demand;
  fleet: Fleet;
  /** Busy share of the cores of hosts with workers, before a loss and after it. */
  busy: { now: number; afterLoss: number };
  jobsAtOnce: number;
  connections: ReturnType<typeof connectionsOf>;
  /** Gbit/s of all hosts together: of clients, and between workers and servers. */
  gbits: { clients: number; redis: number; mongo: number; rabbit: number };
  /** What saturates while the load grows and the fleet stays; the first one first. */
  limits: Limit[];
  /** What taskfleet does not have, or what was never measured. */
  doubts: string[];
  constants: Constants;
}

export function makePlan(mix: Mix, perSecond: number, constants: Constants, options: PlanOptions): Plan {
  const demand = demandOf(constants, mix, perSecond);
  const fleet = planFleet(demand, constants, options);
  const gbit = (bytes: number) => (bytes * 8) / 1e9;
  const { appHosts, usefulCores } = fleet;
  const busyOf = (hosts: number) => workOn(fleet, hosts) / (hosts * usefulCores);
  const limits = limitsOf(demand, fleet, constants, options);
  const passed = limits.filter(({ isPassed }) => isPassed);
  return {
    mix,
    options,
    demand,
    fleet,
    busy: { now: busyOf(appHosts), afterLoss: busyOf(survivorsOf(appHosts, options.lose)) },
    jobsAtOnce: Math.ceil(demand.cores['job worker'] / options.busy),
    connections: connectionsOf(fleet, constants),
    gbits: {
      clients: gbit(demand.bytes.NGINX),
      redis: gbit(demand.bytes.Redis),
      mongo: gbit(demand.bytes.MongoDB),
      rabbit: gbit(demand.bytes.RabbitMQ),
    },
    limits: limits.filter(({ isPassed }) => !isPassed),
    doubts: [
      ...doubtsOf(fleet, constants),
      ...passed.map(({ name, plannedTo, then }) => `Beyond ${name} (${Math.floor(plannedTo)}/s): ${then}.`),
    ],
    constants,
  };
}
