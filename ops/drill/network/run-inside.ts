import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import { createProgress, type Progress } from '../../../tools/command/progress';
import { interruption, sleep, UserError } from '../../../tools/command/run-command';
import { typescript } from '../../../tools/command/typescript';
import { EDGE, requireNetwork, type Network } from './network';

const STOP_MS = 90_000;

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
  await progress.step('network', 'namespaces for the hosts', async () => {
    // A drill that was killed leaves its own.
    await network.remove();
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    network.make();
  });
  try {
    const program = [process.execPath, ...typescript, file, faultsFile, ...args];
    const child = spawn('nsenter', network.onHost(EDGE, program), { stdio: 'inherit' });
    // Ctrl-C in a terminal reaches it as well; a signal to this process alone does not.
    interruption.signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const stopped = new Promise<[null]>((resolve) =>
      interruption.signal.addEventListener('abort', () => void sleep(STOP_MS).then(() => resolve([null])), {
        once: true,
      }),
    );
    const [code] = await Promise.race([ended, stopped]);
    interruption.signal.throwIfAborted();
    if (code !== 0) throw new UserError('The drill did not come to its end.');
    return JSON.parse(fs.readFileSync(faultsFile, 'utf8')) as string[];
  } finally {
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
  process.once('SIGINT', () => interruption.abort());
  work({ progress: createProgress(), faults, args }).then(
    () => {
      fs.writeFileSync(faultsFile, JSON.stringify(faults));
      process.exit(0);
    },
    (error: unknown) => {
      console.error(messageOf(error));
      process.exit(1);
    },
  );
}
