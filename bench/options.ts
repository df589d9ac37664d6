import { parseArgs } from 'node:util';

export const SCENARIOS = ['signup', 'reads'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface BenchOptions {
  quick: boolean;
  scenarios: readonly Scenario[];
  /** How long each run is measured. */
  seconds: number;
  /** How often all of them are run, in turns. */
  rounds: number;
  help: boolean;
}

export const USAGE = `npm run bench -- [options]

Measures one API worker against the cluster, on servers, ports and data of its
own (.local/bench), beside whatever else runs, and leaves nothing running. For
figures that mean something the machine must be quiet.

  --only NAME    signup   POST /users/signup, 10 connections: one worker, the
                          cluster, bcrypt alone
                 reads    a cached GET at a held rate, idle and while people
                          sign up
  --seconds N    how long each run is measured (10; quick: 3)
  --rounds N     how often each is run, in turns (3; quick: 2)
  --quick        at most two minutes, less certain
  --help

BCRYPT_COST sets the cost of a password (10).
Results: .local/bench/results/TIME.json.
The exit status is 1 where a run had errors.
`;

export class UsageError extends Error {}

/** @throws UsageError that says what is wrong */
export function parseOptions(args: string[]): BenchOptions {
  const { quick = false, only, seconds, rounds, help = false } = readArguments(args);
  if (only !== undefined && !isScenario(only)) {
    throw new UsageError(`--only ${only}: there is ${SCENARIOS.join(' and ')}.`);
  }
  return {
    quick,
    scenarios: only ? [only] : SCENARIOS,
    seconds: wholeNumber('--seconds', seconds, quick ? 3 : 10),
    rounds: wholeNumber('--rounds', rounds, quick ? 2 : 3),
    help,
  };
}

const isScenario = (name: string): name is Scenario => (SCENARIOS as readonly string[]).includes(name);

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 600) {
    throw new UsageError(`${name} ${text}: a whole number from 1 to 600 is needed.`);
  }
  return number;
}
