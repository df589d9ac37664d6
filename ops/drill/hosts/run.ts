import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { interruption, sleep, UserError } from '../../../tools/command/run-command';
import { typescript } from '../../../tools/command/typescript';
import { forgetUrls } from '../../../tools/local-servers/server-urls';
import { prepare } from '../../set-up/prepare';
import { dir } from '../own-stack';
import { EDGE, makeNetwork, onHost, removeNetwork, requireNetwork } from './network';

const STOP_MS = 90_000;
/** Gets the promises that did not hold. */
export const faultsFile = path.join(dir, 'hosts', 'faults.json');

/**
 * Runs two hosts with workers and a third with NGINX as network namespaces, and has hosts come, go, die and vanish.
 *
 * @returns the promises that did not hold
 */
export async function drillHosts(
  progress: Progress,
  { only, rounds }: { only: string[]; rounds: number },
): Promise<string[]> {
  requireNetwork();
  forgetUrls();
  delete process.env.BALANCING;
  await prepare({ need: ['system', 'nginx-lua', 'mongo', 'build'], progress });
  await progress.step('network', 'three hosts', async () => {
    // A drill that was killed leaves its own.
    await removeNetwork();
    fs.rmSync(path.dirname(faultsFile), { recursive: true, force: true });
    makeNetwork();
  });
  try {
    const program = [
      process.execPath,
      ...typescript,
      path.join(__dirname, 'inside.ts'),
      String(rounds),
      ...only,
    ];
    const child = spawn('nsenter', onHost(EDGE, program), { stdio: 'inherit' });
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
    await removeNetwork();
    fs.rmSync(path.dirname(faultsFile), { recursive: true, force: true });
  }
}
