import { decide, forget, initial, type Rules, type Sample } from '../../../ops/autoscale/decide';

/** Workers behind NGINX, as the autoscaler sees them. Loads and capacities are requests a second. */
export interface Plant {
  rules: Rules;
  workers?: number;
  /** What comes at a second. */
  load: (second: number) => number;
  /** What each worker can do. */
  each: number;
  /** What the host can do, however many workers run. */
  all?: number;
  /** Utilisation at a share of what a worker can do; one under a quota is idle until its quota is used up. */
  curve?: (share: number) => number;
  /** True while something forbids a step. */
  holds?: (second: number) => boolean;
  seconds: number;
}

export interface Step {
  second: number;
  workers: number;
  why: string;
}

/** Seconds until a step is done. */
const STEP_SECONDS = 4;
export const linear = (share: number) => Math.min(1, share);
export const underQuota = (share: number) => Math.min(1, share ** 4);

/** Lets the decision run against a plant, and lists its steps. */
export function simulate({
  rules,
  load,
  each,
  all = Infinity,
  curve = linear,
  holds,
  seconds,
  ...given
}: Plant): Step[] {
  let state = initial();
  let workers = given.workers ?? rules.least;
  const steps: Step[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const capacity = Math.min(all, workers * each);
    const sample: Sample = {
      at: second * 1_000,
      ms: 1_000,
      workers,
      utilisation: curve(load(second) / capacity),
      answered: Math.min(load(second), capacity),
      hashed: 0,
      hashWaitMs: 0,
      hashThreads: rules.cores,
    };
    if (holds?.(second)) {
      state = forget(state);
      continue;
    }
    const { state: next, step, why = '' } = decide(state, sample, rules);
    state = next;
    if (step === 0) continue;
    workers += step;
    steps.push({ second, workers, why });
    second += STEP_SECONDS;
  }
  return steps;
}
