import { calm, describeFailures, faultOf, prepareLoad, startLoad } from '../load';
import { WORKERS } from './fleet';
import { HOSTS, network } from './places';
import type { Part } from './part';

const connections = 48;
const warmUpMs = 5_000;
/** Aim: after so long everything is served again. */
const servedAgainMs = 3_000;
const watchMs = 6_000;

/** Kills every process of a host at once. Aim: only what was under way fails, for less than three seconds. */
export const kill: Part = async ({ progress, fleet, faults }) => {
  const [victim = ''] = HOSTS;
  const { url } = fleet.account;
  const load = startLoad({ url, connections, ...(await prepareLoad(fleet.account)) });
  try {
    await progress.step('load', `${connections} connections, half of them POST /tasks`, () => calm(warmUpMs));
    load.take();
    const killed = network.killAll(victim);
    await calm(servedAgainMs);
    const during = load.take();
    await calm(watchMs - servedAgainMs);
    const after = load.take();
    console.log(
      `kill -9 of all ${killed} processes of host ${victim}: ${describeFailures(during)} in ${servedAgainMs / 1_000} s, then ${describeFailures(after)}`,
    );
    // Each connection has one request under way.
    if (during.failed > connections) faults.push(`kill: more failed than were under way (${during.failed})`);
    if (killed < WORKERS) faults.push(`kill: host ${victim} ran only ${killed} processes`);
    const fault = faultOf(after);
    if (fault) faults.push(`kill: ${fault} later than ${servedAgainMs} ms`);
    await progress.step('kill', `starting host ${victim} again`, () => fleet.start(victim));
    load.take();
    await calm(8_000);
    const back = load.take();
    const isBack = Object.keys(back.workers).some((worker) => worker.startsWith(`${victim}/`));
    console.log(
      `host ${victim} is back: ${describeFailures(back)}, ${isBack ? 'it serves' : 'it serves NOTHING'}`,
    );
    if (!isBack) faults.push(`kill: host ${victim} serves nothing after its return`);
    const backFault = faultOf(back);
    if (backFault) faults.push(`kill: ${backFault} at the return of host ${victim}`);
  } finally {
    await load.stop();
  }
};
