import { commands } from '../../scripts/command/bench-commands';
import { readArguments, UsageError } from '../../src/command-line/convention';
import { extras, scenarios } from '../scenarios';
import { BALANCINGS, type Balancing } from '../store/result-types';

export interface BenchOptions {
  quick: boolean;
  /** Names of scenarios and of what is measured beside them. */
  only: string[];
  /** How long each run is measured. */
  seconds: number;
  /** How often all of them are run, in turns. */
  rounds: number;
  connections: number;
  /** Where each request is a hash: fewer fill the cores, more would only wait. */
  hashConnections: number;
  /** Of the cluster; undefined: as many as there are cores, two at least. */
  workers?: number;
  /** In place of what scenarios declare. */
  balancings?: Balancing[];
  caches?: boolean[];
  /** How many the memory is watched over. */
  requests: number;
  /** Keep the results in git's reach. */
  save: boolean;
  list: boolean;
}

/** @throws UsageError that says what is wrong */
export function parseOptions(args: string[]): BenchOptions {
  const {
    quick = false,
    save = false,
    list = false,
    ...given
  } = readArguments(commands.bench, args)?.values ?? {};
  return {
    quick,
    only:
      namesOf(
        '--only',
        given.only,
        [...scenarios, ...extras].map(({ name }) => name),
      ) ?? byDefault(quick),
    seconds: wholeNumber('--seconds', given.seconds, quick ? 3 : 10, 600),
    rounds: wholeNumber('--rounds', given.rounds, quick ? 1 : 3, 600),
    connections: wholeNumber('--connections', given.connections, 32, 1_000),
    hashConnections: wholeNumber('--connections', given.connections, 10, 1_000),
    workers: given.workers === undefined ? undefined : wholeNumber('--workers', given.workers, 2, 16, 2),
    balancings: namesOf(
      '--balancing',
      given.balancing === 'all' ? BALANCINGS.join() : given.balancing,
      BALANCINGS,
    ),
    caches: cachesOf(given.cache),
    requests: wholeNumber('--requests', given.requests, 1_000_000, 100_000_000),
    save,
    list,
  };
}

const byDefault = (quick: boolean): string[] => [
  ...scenarios.filter(({ isQuick }) => isQuick || !quick).map(({ name }) => name),
  ...extras.filter(({ isDefault }) => isDefault && !quick).map(({ name }) => name),
];

function namesOf<T extends string>(option: string, text: string | undefined, known: readonly T[]) {
  if (text === undefined) return undefined;
  const isKnown = (name: string): name is T => (known as readonly string[]).includes(name);
  return text.split(',').map((name) => {
    if (!isKnown(name)) throw new UsageError(`${option} ${name}: there is ${known.join(', ')}.`);
    return name;
  });
}

const CACHES = new Map([
  ['on', [true]],
  ['off', [false]],
  ['both', [true, false]],
]);

function cachesOf(text: string | undefined): boolean[] | undefined {
  if (text === undefined) return undefined;
  const caches = CACHES.get(text);
  if (!caches) throw new UsageError(`--cache ${text}: on, off or both is needed.`);
  return caches;
}

/** From `least` to `most`. */
function wholeNumber(
  name: string,
  text: string | undefined,
  otherwise: number,
  most: number,
  least = 1,
): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new UsageError(`${name} ${text}: a whole number from ${least} to ${most} is needed.`);
  }
  return number;
}
