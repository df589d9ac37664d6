import { setMaxListeners } from 'node:events';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { commands as definitions } from '../scripts/command/bench-commands';
import { describeFailure, forCaller, outlastReaders } from '../src/command-line/convention';
import { runCompare } from './commands/compare-command';
import { parseOptions, type BenchOptions } from './commands/options';
import { runPlan } from './commands/plan-command';
import { createProgress } from './commands/progress';
import { formatScenarioList } from './commands/scenario-list';
import { formatTerminal } from './reports/terminal';
import { findFaults } from './rounds/faults';
import { measureAll } from './rounds/measure-all';
import { startBenchStack, stopBenchStack } from './stack/bench-stack';
import { createFixtures } from './stack/fixtures';
import { describeMachine } from './stack/machine';
import { benchFolder } from './store/folders';
import type { BenchResults } from './store/result-types';
import { keepResults, saveResults } from './store/write-results';

/** By the first argument: what works on results that are there, and tells its exit status. */
const commands: Record<string, (args: string[]) => number> = { compare: runCompare, plan: runPlan };

const interruption = new AbortController();
const { signal } = interruption;
setMaxListeners(0, signal);

const began = Date.now();
const progress = createProgress();
const { say } = progress;

async function measure(options: BenchOptions): Promise<BenchResults> {
  say('starting servers of its own: MongoDB, Redis, RabbitMQ, NGINX');
  const stack = await startBenchStack({ signal, say });
  const machine = { ...(await describeMachine(stack.info())), bcryptCost: stack.bcryptCost() };
  const clusterSize = options.workers ?? Math.max(2, os.availableParallelism());
  const context = { stack, options, fixtures: createFixtures(stack), clusterSize, signal, say };
  const { failed, ...measured } = await measureAll(context, progress);
  const { quick, seconds, rounds, only } = options;
  return {
    format: 2,
    startedAt: new Date(began).toISOString(),
    tookSeconds: Math.round((Date.now() - began) / 1_000),
    options: { quick, seconds, rounds, only },
    machine,
    ...measured,
    faults: findFaults({ ...measured, failed }),
  };
}

/** Also where something failed or Ctrl-C came in the middle: nothing stays behind. */
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
    // Where it was interrupted, something may be starting at this moment: the second turn stops that.
    for (const patienceMs of signal.aborted ? [3_000, 10_000] : [0]) {
      await Promise.race([measuring.catch(() => {}), setTimeout(patienceMs)]);
      await stopBenchStack();
    }
  }
}

/** By a signal, or when the command that started it is gone. */
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
  if (options.list) return void process.stdout.write(formatScenarioList());
  listenForInterruption();
  const results = await measureAndStop(options);
  const base = saveResults(results);
  process.stdout.write(`\n${formatTerminal(results)}\n`);
  say(`done; all figures: ${forCaller(base)}.json, .md and .html`);
  if (options.save) say(`kept as ${forCaller(keepResults(base, results))}.json, .md and .html`);
  process.exitCode = results.faults.length > 0 ? 1 : 0;
}

outlastReaders();
main().then(
  () => process.exit(),
  (error: Error) => {
    const { text = error.stack, status } = describeFailure(error, definitions.bench.usage);
    const where = status === 1 ? `The logs are in ${forCaller(benchFolder)}/stack.\n` : '';
    if (!signal.aborted) process.stderr.write(`${text}\n${where}`);
    process.exit(signal.aborted ? 130 : status);
  },
);
