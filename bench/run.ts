import { setMaxListeners } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { startBenchStack, stopBenchStack } from './bench-stack';
import { describeMachine } from './machine';
import { parseOptions, USAGE, UsageError, type BenchOptions } from './options';
import { pause } from './pause';
import { formatReport } from './report';
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
    // What was starting at that moment is waited for, and then stopped as well.
    if (signal.aborted)
      await Promise.race([measuring.catch(() => {}), pause(3_000, new AbortController().signal)]);
    await stopBenchStack();
    if (signal.aborted) {
      await Promise.race([measuring.catch(() => {}), pause(10_000, new AbortController().signal)]);
      await stopBenchStack();
    }
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
  const results = await measureAndStop(options);
  const faults = findFaults(results);
  const file = saveResults(results, faults);
  process.stdout.write(formatReport(results, faults));
  say(`done; all figures: ${path.relative(process.cwd(), file)}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

main().then(
  () => process.exit(),
  (error: Error) => {
    if (!signal.aborted) {
      const text = error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.stack;
      process.stderr.write(`${text}\n`);
    }
    process.exit(signal.aborted ? 130 : 1);
  },
);
