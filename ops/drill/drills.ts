import type { Progress } from '../../tools/command/progress';
import { drillAutoscaling } from './autoscale';
import { drillCompose } from './compose/run';
import { drillEdge } from './edge';
import { drillFailover } from './failover/run';
import { drillHosts } from './hosts/run';
import { drillJobWorkers } from './job-workers';
import { drillKills } from './kill';
import { drillOddRequests } from './odd';
import { drillOverload } from './overload/run';
import { drillReloads } from './reload';
import { drillRollback } from './rollback';
import { drillRotation } from './rotate';
import { drillScaling } from './scale';
import { drillSessions } from './sessions/run';
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
