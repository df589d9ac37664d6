/** `inside.ts FAULTS-FILE ROUNDS PART…` is the drill on the host of NGINX, in whose network namespace it runs. */
import { main } from '../network/run-inside';
import { startFleet } from './fleet';
import { parts } from './parts';

main(async ({ progress, faults, args: [rounds, ...only] }) => {
  const fleet = await progress.step('hosts', 'NGINX and two hosts', ({ say }) => startFleet(say));
  try {
    for (const name of only) await parts[name]!({ progress, fleet, rounds: Number(rounds), faults });
  } finally {
    await progress.step('hosts', 'stopping', () => fleet.stop());
  }
});
