import type { BenchOptions } from '../commands/options';
import { rawSeconds } from '../raw/limits';
import { scenarios, type Scenario } from '../scenarios';
import type { RawLimit, Setup } from '../store/result-types';
import { setupKey, setupsOf } from './setups';

/** What is done between one start of the apps and the next. */
export interface Step {
  setup: Setup;
  scenarios: Scenario[];
  /** Measured in the place of these workers, once they are stopped. */
  raw: RawLimit['name'][];
}

/** A round: every setup once, with all that is measured in it, since starting the apps takes seconds. */
export function planRound(options: BenchOptions, clusterSize: number): Step[] {
  const wanted = scenarios.filter(({ name }) => options.only.includes(name));
  const steps = new Map<string, Step>();
  for (const scenario of wanted) {
    for (const setup of setupsOf(scenario, options, clusterSize)) {
      const step = steps.get(setupKey(setup)) ?? { setup, scenarios: [], raw: [] };
      step.scenarios.push(scenario);
      steps.set(setupKey(setup), step);
    }
  }
  const planned = [...steps.values()];
  const raw = [...new Set(wanted.flatMap((scenario) => scenario.raw))];
  const first = (workers: number) => planned.find(({ setup }) => setup.workers === workers);
  const [one, cluster] = [first(1), first(clusterSize)];
  if (one) one.raw = raw;
  // That of one connection to Redis, which each worker has, is the same for all.
  if (cluster) cluster.raw = one ? raw.filter((name) => name !== 'redis-get') : raw;
  return planned;
}

/** Seconds, about: for the progress bar. */
export const START_SECONDS = 12;
export const scenarioSeconds = ({ windows }: Scenario, { seconds }: BenchOptions) =>
  windows * (seconds + 1.5);
export const rawRunSeconds = ({ seconds }: BenchOptions) => rawSeconds(seconds) + 2;

export const stepSeconds = (step: Step, options: BenchOptions): number =>
  START_SECONDS +
  step.raw.length * rawRunSeconds(options) +
  step.scenarios.reduce((sum, scenario) => sum + scenarioSeconds(scenario, options), 0);
