import { readArguments, wholeNumber } from '../../src/command-line/arguments';
import { UsageError } from '../../src/command-line/convention';
import { commands } from './bench-commands';
import { BALANCINGS, SCENARIO_NAMES, type Balancing, type ScenarioName } from './bench-names';

export interface BenchOptions {
  quick: boolean;
  /** What to measure; `undefined` for the default. */
  only?: ScenarioName[];
  /** Length of a measured window. */
  seconds: number;
  /** How often everything is measured, in turns. */
  rounds: number;
  connections: number;
  /** Connections for requests that hash a password: 10 fill the cores, and more would only wait. */
  hashConnections: number;
  /** Workers of the cluster; `undefined`: one per core, at least two. */
  workers?: number;
  /** Replace the balancing and the cache that scenarios declare. */
  balancings?: Balancing[];
  caches?: boolean[];
  /** Requests over which the memory is watched. */
  requests: number;
  /** Keep the results in bench/results. */
  save: boolean;
  list: boolean;
}

const NAMES = Object.keys(SCENARIO_NAMES) as ScenarioName[];
const CACHES = { on: [true], off: [false], both: [true, false] };

/** Reads the arguments of `npm run bench`. @throws UsageError for a wrong name or value */
export function parseOptions(args: string[]): BenchOptions {
  const given = readArguments(commands.bench, args)?.values ?? {};
  const { quick = false, save = false, list = false } = given;
  const balancings = given.balancing === 'all' ? BALANCINGS.join() : given.balancing;
  return {
    quick,
    save,
    list,
    only: namesIn('--only', given.only, NAMES),
    seconds: wholeNumber('--seconds', given.seconds ?? (quick ? '3' : '10'), 1, 600),
    rounds: wholeNumber('--rounds', given.rounds ?? (quick ? '1' : '3'), 1, 600),
    connections: wholeNumber('--connections', given.connections ?? '32', 1, 1_000),
    hashConnections: wholeNumber('--connections', given.connections ?? '10', 1, 1_000),
    workers: given.workers === undefined ? undefined : wholeNumber('--workers', given.workers, 2, 16),
    balancings: namesIn('--balancing', balancings, BALANCINGS),
    caches: namesIn('--cache', given.cache, Object.keys(CACHES) as (keyof typeof CACHES)[])?.flatMap(
      (name) => CACHES[name],
    ),
    requests: wholeNumber('--requests', given.requests ?? '1000000', 1, 100_000_000),
  };
}

function namesIn<T extends string>(option: string, text: string | undefined, known: readonly T[]) {
  return text?.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (!found) throw new UsageError(`${option} ${name}: use ${known.join(', ')}.`);
    return found;
  });
}
