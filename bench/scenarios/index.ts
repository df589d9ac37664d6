import type { BenchContext } from '../bench-context';
import type { ScalingCurve, Series } from '../result-types';
import { create } from './create';
import { heavyJob } from './heavy-job';
import { logIn } from './log-in';
import { measureMemory } from './memory';
import { mixed } from './mixed';
import { readsInStorm } from './reads-in-storm';
import { reloadUnderLoad } from './reload-under-load';
import type { Scenario } from './scenario';
import { signUp } from './sign-up';
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
  measure: (context: BenchContext) => Promise<{ series?: Series[]; curves?: ScalingCurve[] }>;
}

export const extras: Extra[] = [
  {
    name: 'memory',
    what: 'RSS of one worker over a million requests of all kinds; ten minutes',
    isDefault: false,
    seconds: ({ requests }) => 20 + requests / 2_000,
    measure: async (context) => ({ series: await measureMemory(context) }),
  },
];
