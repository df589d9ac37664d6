import type { BenchOptions } from '../commands/options';
import type { Scenario, SetupName } from '../scenarios/scenario';
import type { Setup } from '../store/result-types';

/** On a machine whose cluster has so many workers. */
export function setupOf(name: SetupName, clusterSize: number): Setup {
  const one: Setup = { workers: 1, hashThreads: 1, balancing: 'round-robin', cache: true };
  const cluster = { ...one, workers: clusterSize };
  const setups: Record<SetupName, Setup> = {
    one,
    cluster,
    threads: { ...one, hashThreads: clusterSize },
    'event-loop': { ...cluster, hashThreads: 0 },
    'least-connections': { ...cluster, balancing: 'least-connections' },
    'response-time': { ...cluster, balancing: 'response-time' },
    'one-uncached': { ...one, cache: false },
    'cluster-uncached': { ...cluster, cache: false },
  };
  return setups[name];
}

/** Equal for equal setups, whatever the order of their fields. */
export const setupKey = (setup: Setup): string => JSON.stringify(Object.entries(setup).sort());

/** In what a scenario is run: what it declares, or what the options make of it. Each once. */
export function setupsOf(scenario: Scenario, options: BenchOptions, clusterSize: number): Setup[] {
  const names = options.quick
    ? scenario.setups.filter((name) => name === 'one' || name === 'cluster')
    : scenario.setups;
  const declared = names.map((name) => setupOf(name, clusterSize));
  const all = declared.flatMap((setup) =>
    balancingsOf(setup, options).flatMap((balancing) =>
      cachesOf(setup, scenario, options).map((cache) => ({ ...setup, balancing, cache })),
    ),
  );
  return [...new Map(all.map((setup) => [setupKey(setup), setup])).values()];
}

/** One worker is chosen in the same way by all of them. */
const balancingsOf = ({ workers, balancing }: Setup, { balancings }: BenchOptions) =>
  balancings && workers > 1 ? balancings : [balancing];

const cachesOf = ({ cache }: Setup, scenario: Scenario, { caches }: BenchOptions) =>
  caches && scenario.cache === 'either' ? caches : [cache];
