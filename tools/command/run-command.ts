import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { UserError } from '../../src/command-line/convention';
import { messageOf } from '../../src/lib/error-code';

/** Aborted by Ctrl-C: running commands get a signal, and waiting ends. */
export const interruption = new AbortController();
setMaxListeners(0, interruption.signal);

/**
 * Runs a command to its end and returns what it printed.
 *
 * @returns code -1: it could not be started,
 *   was ended by a signal, or ran out of time
 */
export function runCommand(
  command: string,
  args: string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    timeoutMs?: number;
    onLine?: (line: string) => void;
    interruptSignal?: NodeJS.Signals;
    stdin?: 'ignore' | 'inherit';
  } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { cwd, env, timeoutMs = 60_000, onLine, interruptSignal = 'SIGTERM', stdin = 'ignore' } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    let outOfTime = false;
    const timer = setTimeout(() => {
      outOfTime = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 3_000).unref();
    }, timeoutMs);
    const interrupt = () => child.kill(interruptSignal);
    interruption.signal.addEventListener('abort', interrupt, { once: true });

    for (const name of ['stdout', 'stderr'] as const) {
      let rest = '';
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk;
        if (!onLine) return;
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop() ?? '';
        lines.forEach((line) => onLine(line));
      });
    }
    const end = (code: number, problem = '') => {
      clearTimeout(timer);
      interruption.signal.removeEventListener('abort', interrupt);
      output.stderr += problem;
      resolve({ code, ...output });
    };
    child.on('error', (error) => end(-1, error.message));
    child.on('close', (code) => end(outOfTime ? -1 : (code ?? -1)));
    child.on('exit', (code, endedBy) => {
      if (outOfTime) output.stderr += `no end within ${timeoutMs / 1000} s`;
      else if (endedBy) output.stderr += `ended by ${endedBy}`;
      // A daemon that the command left behind may keep the pipes open: 'close' would never come.
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), 500).unref();
    });
  });
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again until the answer is truthy, and gives up with a clear message.
 *
 * @param ask a rejection counts as "not yet"
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs, everyMs = 100, what }: { timeoutMs: number; everyMs?: number; what: string },
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (let problem = ''; ;) {
    if (interruption.signal.aborted) throw new UserError('interrupted');
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      problem = messageOf(error);
    }
    if (Date.now() > end) {
      throw new UserError(`${what}: not within ${timeoutMs / 1000} s${problem && ` (${problem})`}`);
    }
    await sleep(everyMs);
  }
}

export { UsageError, UserError } from '../../src/command-line/convention';
