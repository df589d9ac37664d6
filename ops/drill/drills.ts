import type { Progress } from '../../tools/command/progress';
import { drillAutoscaling } from './autoscale';
import { parts as composeParts } from './compose/parts';
import { drillCompose } from './compose/run';
import { drillEdge } from './edge';
import { drillFailover, parts as failoverParts } from './failover/run';
import { parts as hostsParts } from './hosts/parts';
import { drillHosts } from './hosts/run';
import { drillJobWorkers } from './job-workers';
import { drillKills } from './kill';
import { drillOddRequests } from './odd';
import { drillOverload, parts as overloadParts } from './overload/run';
import { drillReloads } from './reload';
import { drillRollback } from './rollback';
import { drillRotation } from './rotate';
import { drillScaling } from './scale';
import { drillSessions, parts as sessionsParts } from './sessions/run';
import { drillSwarm } from './swarm/run';

export interface DrillOptions {
  /** Number of reloads. */
  reloads: number;
  /** Length of each overload. */
  seconds: number;
  /** Minutes at the threshold of `autoscale`. */
  minutes: number;
  /** Rounds of `hosts`, and of the updates of `swarm`. */
  rounds: number;
  /** Parts of `overload`, `sessions`, `failover`, `hosts`, `swarm` and `compose`. */
  only: string[];
}

/** Drills by name; each returns the promises that did not hold. */
export const drills: Record<string, (progress: Progress, options: DrillOptions) => Promise<string[]>> = {
  kill: drillKills,
  reload: drillReloads,
  rollback: drillRollback,
  scale: drillScaling,
  autoscale: drillAutoscaling,
  jobs: drillJobWorkers,
  failover: drillFailover,
  hosts: drillHosts,
  compose: drillCompose,
  swarm: drillSwarm,
  rotate: drillRotation,
  edge: drillEdge,
  sessions: drillSessions,
  odd: drillOddRequests,
  overload: drillOverload,
};

/** Names of the parts of drills that have some, in the order in which they run. */
export const parts: Record<string, string[]> = {
  overload: Object.keys(overloadParts),
  failover: Object.keys(failoverParts),
  hosts: Object.keys(hostsParts),
  // The file with its parts runs them as soon as it is loaded.
  swarm: ['throughput', 'updates', 'broken', 'drain', 'scale', 'cut', 'kill'],
  compose: Object.keys(composeParts),
  sessions: Object.keys(sessionsParts),
};
