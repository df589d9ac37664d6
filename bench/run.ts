import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { commands as definitions } from '../tools/command/bench-commands';
import { formatHelp } from '../src/command-line/arguments';
import { describeFailure, forCaller, outlastReaders } from '../src/command-line/convention';
import { cores } from '../src/process/cores';
import { parseOptions } from '../tools/command/bench-options';
import { createFixtures } from '../tools/kit/fixtures';
import { runCompare } from './commands/compare-command';
import { runPlan } from './commands/plan-command';
import { extras } from './extras';
import { findFaults } from './reports/faults';
import { formatTerminal, keepResults, saveResults } from './reports/write';
import { measureAll } from './rounds/measure-all';
import { createProgress } from './rounds/progress';
import { selectedNames } from './rounds/schedule';
import { scenarios } from './scenarios';
import type { BenchOptions } from './stack/bench-context';
import { startBenchStack, stopBenchStack } from './stack/bench-stack';
import { describeMachine } from './stack/machine';
import { benchFolder } from './store/folders';
import type { BenchResults } from './store/result-types';

/** Commands that read results and return their exit status, by the first argument. */
const commands: Record<string, (args: string[]) => number> = { compare: runCompare, plan: runPlan };

const interruption = new AbortController();
const { signal } = interruption;
setMaxListeners(0, signal);

const began = Date.now();
const progress = createProgress();
const { say } = progress;

/** Lists all measurements; those that run only if they are named are in brackets. */
function formatList(): string {
  const rows = [
    ...scenarios.map(
      ({ name, what, isQuick }) => [name, `${what}${isQuick ? ' (also quick)' : ''}`] as const,
    ),
    ...extras.map(({ name, what, isDefault }) => [name, isDefault ? what : `[${what}]`] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `${name.padEnd(width)}  ${what}\n`).join('');
}

async function measure(options: BenchOptions): Promise<BenchResults> {
  say('starting its own servers: MongoDB, Redis, RabbitMQ, NGINX');
  const stack = await startBenchStack({ signal, say });
  const machine = { ...(await describeMachine(stack.info().servers)), bcryptCost: stack.bcryptCost() };
  const clusterSize = options.workers ?? Math.max(2, cores.count);
  const context = { stack, options, fixtures: createFixtures(stack), clusterSize, signal, say };
  const { failed, ...measured } = await measureAll(context, progress);
  const { quick, seconds, rounds } = options;
  return {
    format: 2,
    startedAt: new Date(began).toISOString(),
    tookSeconds: Math.round((Date.now() - began) / 1_000),
    options: { quick, seconds, rounds, only: selectedNames(options) },
    machine,
    ...measured,
    faults: [...failed, ...findFaults(measured)],
  };
}

/** Leaves nothing running, even after a failure or Ctrl-C. */
async function measureAndStop(options: BenchOptions): Promise<BenchResults> {
  const measuring = measure(options);
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
  });
  try {
    return await Promise.race([measuring, interrupted]);
  } finally {
    progress.end();
    say('stopping its servers');
    // Something may be starting at the moment of an interruption: the second turn stops that.
    for (const patienceMs of signal.aborted ? [3_000, 10_000] : [0]) {
      await Promise.race([measuring.catch(() => {}), setTimeout(patienceMs)]);
      await stopBenchStack();
    }
  }
}

/** Interrupts the bench by a signal, or when the command that started it has ended. */
function listenForInterruption(): void {
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || interrupt(), 500).unref();
}

async function main(): Promise<void> {
  const [first = '', ...rest] = process.argv.slice(2);
  const command = commands[first];
  if (command) return void (process.exitCode = command(rest));
  const options = parseOptions(process.argv.slice(2));
  if (options.list) return void process.stdout.write(formatList());
  listenForInterruption();
  const results = await measureAndStop(options);
  const base = saveResults(results);
  process.stdout.write(`${formatTerminal(results)}\n`);
  say(`done; all figures: ${forCaller(base)}.json, .md and .html`);
  if (options.save) say(`kept as ${forCaller(keepResults(base, results))}.json, .md, .html and .svg`);
  process.exitCode = results.faults.length > 0 ? 1 : 0;
}

outlastReaders();
main().then(
  () => process.exit(),
  (error: Error) => {
    const { text = error.stack, status } = describeFailure(error, formatHelp(definitions.bench));
    const hint = status === 1 ? `The logs are in ${forCaller(benchFolder)}/stack.\n` : '';
    if (!signal.aborted) process.stderr.write(`${text}\n${hint}`);
    process.exit(signal.aborted ? 130 : status);
  },
);
