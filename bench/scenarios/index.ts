import { measureScaling, scalingSeconds } from '../curve/scaling';
import type { BenchContext } from '../stack/bench-context';
import type { ScalingCurve, Series } from '../store/result-types';
import { create } from './create';
import { heavyJob } from './heavy-job';
import { logIn } from './log-in';
import { measureMemory } from './memory';
import { mixed } from './mixed';
import { readsInStorm } from './reads-in-storm';
import { reloadUnderLoad } from './reload-under-load';
import type { Scenario } from './scenario';
import { signUp } from './sign-up';
import { measureSlowedWorker, slowedWorkerSeconds } from './slowed-worker';
import { list } from './task-lists';
import { cachedRead, conditionalRead, uncachedRead } from './task-reads';

export type { Scenario };

/** In the order of the reports. */
export const scenarios: Scenario[] = [
  signUp,
  logIn,
  cachedRead,
  uncachedRead,
  list,
  conditionalRead,
  create,
  mixed,
  heavyJob,
  readsInStorm,
  reloadUnderLoad,
];

/** What is measured once, after the rounds, and starts the apps in its own way. */
export interface Extra {
  name: string;
  what: string;
  isDefault: boolean;
  /** About, for the progress bar. */
  seconds: (options: BenchContext['options']) => number;
  /** @param advance told of the seconds of which a part is done, for the same bar */
  measure: (context: BenchContext, advance: (seconds: number) => void) => Promise<ExtraMeasured>;
}

export interface ExtraMeasured {
  series?: Series[];
  curves?: ScalingCurve[];
  /** What was left out, and why. */
  skipped?: string[];
}

export const extras: Extra[] = [
  {
    name: 'scaling',
    what: 'sign-ups and cached reads over 1 to 16 workers, each held to a small part of a core',
    isDefault: true,
    seconds: scalingSeconds,
    measure: measureScaling,
  },
  {
    name: 'slowed-worker',
    what: 'cached reads while one worker has a tenth of a core, by each way of balancing',
    isDefault: true,
    seconds: slowedWorkerSeconds,
    measure: measureSlowedWorker,
  },
  {
    name: 'memory',
    what: 'RSS of one worker over a million requests of all kinds; ten minutes',
    isDefault: false,
    seconds: ({ requests }) => 20 + requests / 2_000,
    measure: async (context) => ({ series: await measureMemory(context) }),
  },
];
