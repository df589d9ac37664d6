import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import { waitForEnd } from '../../../tools/command/child-end';
import { createProgress, type Progress } from '../../../tools/command/progress';
import { interruption, UserError } from '../../../tools/command/run-command';
import { typescript } from '../../../tools/command/typescript';
import { EDGE, requireNetwork, type Network } from './network';

const STOP_MS = 90_000;

/** Runs a program until it ends; after Ctrl-C it has STOP_MS to clean up. @returns its exit status */
export async function runUntilEnd(command: string, args: string[]): Promise<number | null> {
  // In a group of its own Ctrl-C in a terminal reaches it once: from here. If this process is killed, the channel closes.
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
  const { signal } = interruption;
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const interrupted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  if (!signal.aborted) await Promise.race([ended, interrupted]);
  if (signal.aborted) {
    child.kill('SIGINT');
    await waitForEnd(child, STOP_MS);
    child.kill('SIGKILL');
  }
  return child.exitCode;
}

/**
 * Makes the network, and runs a file that calls `main` below in its EDGE.
 *
 * @param folder of the drill, which is removed afterwards
 * @returns the promises that did not hold
 */
export async function runInside(
  progress: Progress,
  { network, folder, file, args }: { network: Network; folder: string; file: string; args: string[] },
): Promise<string[]> {
  requireNetwork();
  const faultsFile = path.join(folder, 'faults.json');
  try {
    await progress.step('network', 'namespaces for the hosts', async () => {
      // A drill that was killed leaves its own.
      await network.remove();
      fs.rmSync(folder, { recursive: true, force: true });
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      network.make();
    });
    const program = [process.execPath, ...typescript, file, faultsFile, ...args];
    const code = await runUntilEnd('nsenter', network.onHost(EDGE, program));
    interruption.signal.throwIfAborted();
    if (code !== 0) throw new UserError('The drill did not come to its end.');
    return JSON.parse(fs.readFileSync(faultsFile, 'utf8')) as string[];
  } finally {
    // Also what a program that was killed has left.
    await network.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the work of a file that `runInside` started. @param work fills `faults` with the promises that did not hold */
export function main(
  work: (context: { progress: Progress; faults: string[]; args: string[] }) => Promise<void>,
): void {
  const [faultsFile = '', ...args] = process.argv.slice(2);
  const faults: string[] = [];
  const interrupt = () => interruption.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, interrupt);
  work({ progress: createProgress(), faults, args }).then(
    () => {
      fs.writeFileSync(faultsFile, JSON.stringify(faults));
      process.exit(0);
    },
    (error: unknown) => {
      if (!interruption.signal.aborted) console.error(messageOf(error));
      process.exit(1);
    },
  );
}

/** Runs a part of a drill. One that throws is a promise that did not hold; the next parts run all the same. */
export async function runPart(faults: string[], name: string, part: () => Promise<unknown>): Promise<void> {
  await part().catch((error: unknown) => {
    interruption.signal.throwIfAborted();
    console.log(messageOf(error));
    faults.push(`${name}: ${messageOf(error)}`);
  });
}
