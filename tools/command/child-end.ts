import type { ChildProcess } from 'node:child_process';

/** Whether a process that this one started has ended, or could not be started. */
export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/**
 * Waits for the end of a process. Ctrl-C does not cut the wait short: what is removed afterwards must not be in use.
 *
 * @returns false if the process still runs after `ms`
 */
export async function waitForEnd(child: ChildProcess, ms: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      child.removeListener('exit', done).removeListener('error', done);
      resolve(hasEnded(child));
    };
    const timer = setTimeout(done, ms);
    child.once('exit', done).once('error', done);
  });
}

/** Ends a process: asks it first, and kills it after `graceMs`. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  if (await waitForEnd(child, graceMs)) return;
  child.kill('SIGKILL');
  await waitForEnd(child, 10_000);
}
