/** `inside.ts ROUNDS PART…` is the drill on the host of NGINX, in whose network namespace it runs. */
import fs from 'node:fs';
import { messageOf } from '../../../src/lib/error-code';
import { createProgress } from '../../../tools/command/progress';
import { interruption } from '../../../tools/command/run-command';
import { cut } from './cut';
import { startFleet } from './fleet';
import { kill } from './kill';
import type { Part } from './part';
import { reloads } from './reloads';
import { faultsFile } from './run';

const parts: Record<string, Part> = { reloads, kill, cut };

async function main([rounds, ...only]: string[]): Promise<void> {
  const progress = createProgress();
  const faults: string[] = [];
  const fleet = await progress.step('hosts', 'NGINX and two hosts', ({ say }) => startFleet(say));
  try {
    for (const name of only) await parts[name]!({ progress, fleet, rounds: Number(rounds), faults });
  } finally {
    await progress.step('hosts', 'stopping', () => fleet.stop());
  }
  fs.writeFileSync(faultsFile, JSON.stringify(faults));
}

process.once('SIGINT', () => interruption.abort());
main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
