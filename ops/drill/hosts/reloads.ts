import { interruption } from '../../../tools/command/run-command';
import { calm, describeFailures, faultOf, prepareLoad, startLoad } from '../load';
import { HOSTS } from './places';
import type { Part } from './part';

const connections = 48;
const warmUpMs = 5_000;

/** Takes each host out in turn and reloads its workers. Aim: no request fails. */
export const reloads: Part = async ({ progress, fleet, rounds, faults }) => {
  const { url } = fleet.account;
  const load = startLoad({ url, connections, ...(await prepareLoad(fleet.account)) });
  try {
    await progress.step('load', `${connections} connections, half of them POST /tasks`, () => calm(warmUpMs));
    const before = load.take();
    const { workers } = before;
    console.log(`both hosts: ${describeFailures(before)}, by ${Object.keys(workers).sort().join(', ')}`);
    for (const name of HOSTS)
      if (!Object.keys(workers).some((worker) => worker.startsWith(`${name}/`)))
        faults.push(`host ${name} answered nothing`);
    await progress.step('reloads', `each host ${rounds} times`, async ({ say }) => {
      for (let round = 1; round <= rounds; round += 1) {
        for (const name of HOSTS) {
          interruption.signal.throwIfAborted();
          await fleet.drain(name);
          await fleet.reload(name);
        }
        say(`${round} of ${rounds} rounds`);
      }
    });
    const taken = load.take();
    console.log(`drain and reload of each host, ${rounds} times: ${describeFailures(taken)}`);
    for (const fault of [before, taken].map(faultOf)) if (fault) faults.push(`reloads: ${fault}`);
  } finally {
    await load.stop();
  }
};
