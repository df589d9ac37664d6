// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { typescript } from '../../tools/command/typescript';
import { interruption } from '../../tools/command/run-command';
import { URL } from 'url';

/** A run that has reported its outcome and does not end has left something open: that is a failure. */
const END_MS = 15_000;

/**
 * Runs jest; what it prints goes straight through.
 *
 * @param options dir: where its progress may be written;
 *   suiteMs: how long one suite may take before the run is ended. The run as a whole has no limit.
 * @returns a suite that cannot run, is cut or never begins counts as one failed test; each is named in `problems`
 */
export async function runJest(
  root: string,
  args: string[],
  { env, dir, suiteMs }: { env: NodeJS.ProcessEnv; dir: string; suiteMs: number },
): Promise<{ passed: number; failed: number; problems: string[]; slowest: [string, number][] }> {
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
  child.stderr.on('data', (chunk) => process.stderr.write(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  // With whatever its tests have started: they are of its group.
  const end = () => process.kill(-child.pid, 'SIGKILL');
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

/** What jest-progress.js has written up to now. */
function readProgress(file: string | number | Buffer<ArrayBufferLike> | URL) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const progress = { suites: 0, running: new Map(), done: [], completeAt: undefined };
  // The last line may be half written.
  for (const line of text.split('\n').slice(0, -1)) {
    const { event, at, suite, ...result } = JSON.parse(line);
    if (event === 'start') progress.suites = result.suites;
    else if (event === 'begin') progress.running.set(suite, at);
    else if (event === 'complete') progress.completeAt = at;
    else {
      progress.done.push({ suite, ms: at - (progress.running.get(suite) ?? at), ...result });
      progress.running.delete(suite);
    }
  }
  return progress;
}

function outcomeOf(
  {
    suites,
    running,
    done,
    completeAt,
  }: { suites: number; running: Map<any, any>; done: never[]; completeAt: undefined },
  code: unknown,
) {
  const sum = (key: string) =>
    done.reduce((total: any, result: { [x: string]: any }) => total + result[key], 0);
  const problems = done
    .filter(({ failed }) => failed > 0)
    .flatMap(({ suite, names }) =>
      names.length > 0 ? names.map((name: any) => `${suite}: ${name}`) : `${suite}: could not run`,
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
  const slowest = done.map(({ suite, ms }) => /** @type {[string, number]} */ [suite, ms]);
  return { passed: sum('passed'), failed, problems, slowest };
}
