import { parseArgs } from 'node:util';
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
  help: boolean;
}

export const USAGE = `npm run bench -- [options]

Measures one API worker against the cluster, on servers, ports and data of its
own (.local/bench), beside whatever else runs, and leaves nothing running. For
figures that mean something the machine must be quiet.

  --only NAME,…      these scenarios alone; --list names them
  --list             all scenarios, a line each
  --quick            about three minutes on a quiet machine, less certain
  --seconds N        how long each run is measured (10; quick: 3)
  --rounds N         how often each is run, in turns (3; quick: 1)
  --workers N        of the cluster (as many as cores, at least 2)
  --connections N    that send as fast as answers come (32; for passwords 10)
  --balancing NAME,… round-robin, least-connections, response-time, or all:
                     in place of what each scenario is run over by itself
  --cache WHICH      on, off or both, likewise, where a scenario can be both
  --requests N       over how many the memory is watched (1000000)
  --save             keep the results in bench/results, by this machine's name
  --help

npm run bench -- compare BEFORE.json AFTER.json    what got slower
npm run bench -- plan --rps 5000 --scenario NAME   workers for a load

BCRYPT_COST sets the cost of a password (10).
Results: .local/bench/results/TIME.json, .md and .html.
The exit status is 1 where a run had errors.
`;

export class UsageError extends Error {}

/** @throws UsageError that says what is wrong */
export function parseOptions(args: string[]): BenchOptions {
  const { quick = false, save = false, list = false, help = false, ...given } = readArguments(args);
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
    help,
  };
}

const byDefault = (quick: boolean): string[] => [
  ...scenarios.filter(({ isQuick }) => isQuick || !quick).map(({ name }) => name),
  ...extras.filter(({ isDefault }) => isDefault && !quick).map(({ name }) => name),
];

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string' },
        list: { type: 'boolean' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        workers: { type: 'string' },
        connections: { type: 'string' },
        balancing: { type: 'string' },
        cache: { type: 'string' },
        requests: { type: 'string' },
        save: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

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
