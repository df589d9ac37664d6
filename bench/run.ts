import { setMaxListeners } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { benchFolder, startBenchStack, stopBenchStack } from './bench-stack';
import { describeMachine } from './machine';
import { parseOptions, USAGE, UsageError, type BenchOptions } from './options';
import { findFaults, saveResults, type BenchResults } from './results';
import { runReadsDuringSignUps } from './scenarios/reads-during-signups';
import { runSignUps } from './scenarios/signup';

const interruption = new AbortController();
const { signal } = interruption;
setMaxListeners(0, signal);

const began = Date.now();

function say(text: string): void {
  const seconds = `${((Date.now() - began) / 1_000).toFixed(1)} s`;
  process.stdout.write(`${seconds.padStart(8)}  ${text}\n`);
}

async function measure(options: BenchOptions): Promise<BenchResults> {
  say('starting servers of its own: MongoDB, Redis, RabbitMQ, NGINX');
  const stack = await startBenchStack({ signal, say });
  const results: BenchResults = {
    startedAt: new Date(began).toISOString(),
    tookSeconds: 0,
    options: { quick: options.quick, seconds: options.seconds, rounds: options.rounds },
    machine: await describeMachine(stack.info()),
  };
  const clusterSize = Math.max(2, os.availableParallelism());
  const context = { stack, options, clusterSize, signal, say };
  if (options.scenarios.includes('signup')) results.signup = await runSignUps(context);
  if (options.scenarios.includes('reads')) results.reads = await runReadsDuringSignUps(context);
  results.tookSeconds = Math.round((Date.now() - began) / 1_000);
  return results;
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
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  listenForInterruption();
  const results = await measureAndStop(options);
  const faults = findFaults(results);
  const file = saveResults(results, faults);
  say(`done; all figures: ${path.relative(process.cwd(), file)}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function explain(error: Error): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  // Those of the stack are known by name alone: they say what is wrong and need no stack trace.
  const text = error.constructor.name === 'UserError' ? error.message : error.stack;
  return `${text}\nThe logs are in ${path.relative(process.cwd(), benchFolder)}/stack.`;
}

main().then(
  () => process.exit(),
  (error: Error) => {
    if (!signal.aborted) {
      process.stderr.write(`${explain(error)}\n`);
    }
    process.exit(signal.aborted ? 130 : 1);
  },
);
