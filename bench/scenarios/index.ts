import { closedLoops } from './closed-loops';
import { heavyJob } from './heavy-job';
import { mixed } from './mixed';
import { readsInStorm } from './reads-in-storm';
import { reloadUnderLoad } from './reload-under-load';
import type { Scenario } from './scenario';

/** All scenarios, in the order of the reports. */
export const scenarios: Scenario[] = [...closedLoops, mixed, heavyJob, readsInStorm, reloadUnderLoad];
