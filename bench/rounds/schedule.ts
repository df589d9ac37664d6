import { extras } from '../extras';
import { rawSeconds } from '../raw/limits';
import { scenarios } from '../scenarios';
import type { Scenario } from '../scenarios/scenario';
import { setupKey, setupsOf } from '../scenarios/setups';
import type { BenchOptions } from '../stack/bench-context';
import type { RawLimit, ScenarioName, Setup } from '../store/result-types';

/** What is measured between two starts of the apps. */
export interface Step {
  setup: Setup;
  scenarios: Scenario[];
  /** Limits that are measured in the place of these workers, after they have stopped. */
  raw: RawLimit['name'][];
}

/** Returns the names that the options select. */
export const selectedNames = ({ only, quick }: BenchOptions): ScenarioName[] =>
  only ?? [
    ...scenarios.filter(({ isQuick }) => isQuick || !quick).map(({ name }) => name),
    ...extras.filter(({ isDefault }) => isDefault && !quick).map(({ name }) => name),
  ];

/** Plans a round: each setup once, with everything that is measured in it, since a start of the apps takes seconds. */
export function planRound(options: BenchOptions, clusterSize: number): Step[] {
  const selected = selectedNames(options);
  const wanted = scenarios.filter(({ name }) => selected.includes(name));
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
  // Each worker has one connection to Redis, so its limit is the same for all.
  if (cluster) cluster.raw = one ? raw.filter((name) => name !== 'redis-get') : raw;
  return planned;
}

/** Estimates in seconds, for the progress bar. */
export const START_SECONDS = 12;
export const scenarioSeconds = ({ windows }: Scenario, { seconds }: BenchOptions) =>
  windows * (seconds + 1.5);
export const rawRunSeconds = ({ seconds }: BenchOptions) => rawSeconds(seconds) + 2;
export const stepSeconds = (step: Step, options: BenchOptions): number =>
  START_SECONDS +
  step.raw.length * rawRunSeconds(options) +
  step.scenarios.reduce((sum, scenario) => sum + scenarioSeconds(scenario, options), 0);
