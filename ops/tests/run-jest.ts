import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { typescript } from '../../tools/command/typescript';
import { interruption } from '../../tools/command/run-command';
import type { ProgressLine, SuiteResult } from './jest-progress';

export interface Outcome {
  passed: number;
  /** A suite that cannot run, is cut or never begins counts as one failed test. */
  failed: number;
  /** Names whatever failed. */
  problems: string[];
  /** Suites with failed tests. */
  failedSuites: string[];
  /** Suites with their milliseconds. */
  slowest: [suite: string, ms: number][];
}

/** If more suites of a lane failed, the code is wrong and not the moment. */
const MOST_FLAKY = 3;
/** A run that has reported its outcome and does not end has left something open: that is a failure. */
const END_MS = 15_000;

/**
 * Runs jest and passes its output through.
 *
 * @param options dir: folder for the progress file; suiteMs: milliseconds of one suite after which the run is ended. The
 *   run as a whole has no limit.
 */
export async function runJest(
  root: string,
  args: string[],
  { env, dir, suiteMs }: { env: NodeJS.ProcessEnv; dir: string; suiteMs: number },
): Promise<Outcome> {
  const file = path.join(dir, `jest-${process.pid}.jsonl`);
  const jest = path.join(root, 'node_modules', '.bin', 'jest');
  // Last: jest takes a path after one of them for another reporter.
  const reporters = ['--reporters=default', `--reporters=${require.resolve('./jest-progress')}`];
  fs.rmSync(file, { force: true });
  // Through this process: jest itself would fail as soon as its reader goes away, and two runs that rewrite the lines
  // of one terminal would spoil each other's.
  const child = spawn(
    process.execPath,
    [...typescript, jest, '--verbose=false', `--outputFile=${file}`, ...args, ...reporters],
    {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  );
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  // Kills the whole group: also the processes that the tests have started.
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  const poll = setInterval(() => {
    const { running, completeAt } = readProgress(file);
    const isLeftOpen = completeAt !== undefined && Date.now() > completeAt + END_MS;
    if (isLeftOpen || [...running.values()].some((since) => Date.now() > since + suiteMs)) end();
  }, 1_000);
  interruption.signal.addEventListener('abort', end, { once: true });
  const code = await ended;
  clearInterval(poll);
  interruption.signal.removeEventListener('abort', end);
  const outcome = outcomeOf(readProgress(file), code);
  fs.rmSync(file, { force: true });
  return outcome;
}

interface Progress {
  suites: number;
  /** Suites that have begun and not ended, with the time of their beginning. */
  running: Map<string, number>;
  done: ({ suite: string; ms: number } & SuiteResult)[];
  completeAt?: number;
}

/** Reads what jest-progress.ts has written up to now. */
function readProgress(file: string): Progress {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const progress: Progress = { suites: 0, running: new Map(), done: [] };
  // The last line may be half written.
  for (const line of text.split('\n').slice(0, -1)) {
    const news = JSON.parse(line) as ProgressLine;
    if (news.event === 'start') progress.suites = news.suites;
    else if (news.event === 'begin') progress.running.set(news.suite, news.at);
    else if (news.event === 'complete') progress.completeAt = news.at;
    else {
      progress.done.push({ ...news, ms: news.at - (progress.running.get(news.suite) ?? news.at) });
      progress.running.delete(news.suite);
    }
  }
  return progress;
}

/** @param code exit status of jest; `null` if it was killed */
function outcomeOf({ suites, running, done, completeAt }: Progress, code: number | null): Outcome {
  const sum = (key: 'passed' | 'failed') => done.reduce((total, result) => total + result[key], 0);
  const problems = done
    .filter(({ failed }) => failed > 0)
    .flatMap(({ suite, names }) =>
      names.length > 0 ? names.map((name) => `${suite}: ${name}`) : `${suite}: could not run`,
    );
  let failed = sum('failed');
  const add = (count: number, problem: string) => {
    if (count === 0) return;
    failed += count;
    problems.push(problem);
  };
  for (const [suite, since] of running)
    add(1, `${suite}: cut after ${Math.round((Date.now() - since) / 1_000)} s without an end`);
  const unbegun = suites - done.length - running.size;
  if (code !== 0) add(unbegun, `${unbegun} suites did not begin, since the run ended before`);
  if (code === null && completeAt !== undefined)
    add(1, 'jest did not end by itself: a test has left something open');
  if (code !== 0 && failed === 0) add(1, `jest ended with status ${code} and reported no test`);
  const failedSuites = done.filter((result) => result.failed > 0).map(({ suite }) => suite);
  return {
    passed: sum('passed'),
    failed,
    problems,
    failedSuites,
    slowest: done.map(({ suite, ms }) => [suite, ms]),
  };
}

export const listed = (problems: string[]) => problems.map((problem) => `  ${problem}`).join('\n');

/**
 * Runs a few failed suites once more, with nothing beside them. What passes then is named as flaky: another program
 * took the processor, or the test has a race.
 *
 * @param run runs jest with these arguments
 */
export async function tryAgain(first: Outcome, run: (args: string[]) => Promise<Outcome>): Promise<Outcome> {
  const { failedSuites } = first;
  const isOnlySuites = first.problems.every((problem) =>
    failedSuites.some((suite) => problem.startsWith(suite)),
  );
  if (failedSuites.length === 0 || failedSuites.length > MOST_FLAKY || !isOnlySuites) return first;
  console.log(`\nOnce more, alone: ${failedSuites.join(', ')}\n`);
  const again = await run(['--runInBand', ...failedSuites]);
  if (again.failed > 0) return first;
  console.log(`\nFlaky (failed beside others, passed alone):\n${listed(first.problems)}`);
  return { ...first, passed: first.passed + first.failed, failed: 0, problems: [], failedSuites: [] };
}
