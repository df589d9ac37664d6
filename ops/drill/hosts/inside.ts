/** `inside.ts FAULTS-FILE ROUNDS PART…` is the drill on the host of NGINX, in whose network namespace it runs. */
import { main } from '../network/run-inside';
import { cut } from './cut';
import { startFleet } from './fleet';
import { kill } from './kill';
import type { Part } from './part';
import { reloads } from './reloads';

const parts: Record<string, Part> = { reloads, kill, cut };

main(async ({ progress, faults, args: [rounds, ...only] }) => {
  const fleet = await progress.step('hosts', 'NGINX and two hosts', ({ say }) => startFleet(say));
  try {
    for (const name of only) await parts[name]!({ progress, fleet, rounds: Number(rounds), faults });
  } finally {
    await progress.step('hosts', 'stopping', () => fleet.stop());
  }
});
