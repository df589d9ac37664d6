import type { Progress } from '../../tools/command/progress';
import { drillJobWorkers } from './job-workers';
import { drillKills } from './kill';
import { drillOddRequests } from './odd';
import { drillOverload } from './overload/run';
import { drillReloads } from './reload';
import { drillScaling } from './scale';

export interface DrillOptions {
  /** Number of reloads. */
  reloads: number;
  /** Length of each overload. */
  seconds: number;
  /** Parts of `overload`. */
  only: string[];
}

/** Drills by name; each returns the promises that did not hold. */
export const drills: Record<string, (progress: Progress, options: DrillOptions) => Promise<string[]>> = {
  kill: drillKills,
  reload: drillReloads,
  scale: drillScaling,
  jobs: drillJobWorkers,
  odd: drillOddRequests,
  overload: drillOverload,
};
