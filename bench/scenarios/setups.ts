import type { BenchOptions } from '../stack/bench-context';
import type { Setup } from '../store/result-types';

const ONE: Setup = { workers: 1, hashThreads: 1, balancing: 'round-robin', cache: true };

/** What differs from one worker; `size` is the number of workers of the cluster. */
const SETUPS = {
  one: () => ({}),
  cluster: (size) => ({ workers: size }),
  threads: (size) => ({ hashThreads: size }),
  'event-loop': (size) => ({ workers: size, hashThreads: 0 }),
  'least-connections': (size) => ({ workers: size, balancing: 'least-connections' }),
  'response-time': (size) => ({ workers: size, balancing: 'response-time' }),
  'one-uncached': () => ({ cache: false }),
  'cluster-uncached': (size) => ({ workers: size, cache: false }),
} satisfies Record<string, (size: number) => Partial<Setup>>;
export type SetupName = keyof typeof SETUPS;

export interface Declared {
  /** Setups in which a scenario runs unless options say otherwise. */
  setups: SetupName[];
  /** Whether it makes sense with the cache on, off, or both. */
  cache: 'on' | 'off' | 'either';
}

export const setupOf = (name: SetupName, clusterSize: number): Setup => ({
  ...ONE,
  ...SETUPS[name](clusterSize),
});

/** Equal for equal setups, whatever the order of their fields. */
export const setupKey = (setup: Setup): string => JSON.stringify(Object.entries(setup).sort());

/** Returns the setups that a scenario declares, or what the options make of them, each once. */
export function setupsOf(scenario: Declared, options: BenchOptions, clusterSize: number): Setup[] {
  const names = options.quick
    ? scenario.setups.filter((name) => name === 'one' || name === 'cluster')
    : scenario.setups;
  const all = names
    .map((name) => setupOf(name, clusterSize))
    .flatMap((setup) => {
      // Balancing makes no difference to one worker.
      const balancings = setup.workers > 1 ? options.balancings : undefined;
      const caches = scenario.cache === 'either' ? options.caches : undefined;
      return (balancings ?? [setup.balancing]).flatMap((balancing) =>
        (caches ?? [setup.cache]).map((cache) => ({ ...setup, balancing, cache })),
      );
    });
  return [...new Map(all.map((setup) => [setupKey(setup), setup])).values()];
}
