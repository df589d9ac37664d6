import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { forgetUrls } from '../../../tools/local-servers/server-urls';
import { prepare } from '../../set-up/prepare';
import { requireNetwork } from '../network/network';
import { runInside } from '../network/run-inside';
import { folder, network } from './places';

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
  const file = path.join(__dirname, 'inside.ts');
  return runInside(progress, { network, folder, file, args: [String(rounds), ...only] });
}
