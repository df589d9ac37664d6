import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../load/load';
import { measureRate, requireHits } from '../load/measure';
import type { ScenarioContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { nextSignUp } from './closed-loops';
import { PLAIN, type Measured, type Scenario } from './scenario';

const READS_PER_SECOND = 200;
/** Time until all hash threads are busy and sign-ups wait. */
const STORM_RISES_MS = 2_000;

async function readAtRate(context: ScenarioContext): Promise<Run> {
  const request = await context.fixtures.taskRead();
  return requireHits(await measureRate(context, { request, perSecond: READS_PER_SECOND }));
}

async function readInStorm(context: ScenarioContext): Promise<Run> {
  const { stack, options, signal } = context;
  const { hashConnections: connections, seconds } = options;
  const load = startLoad({ url: stack.url, connections, next: nextSignUp, signal });
  try {
    await pause(STORM_RISES_MS, undefined, { signal });
    const [reads, signUps] = await Promise.all([readAtRate(context), load.measure(seconds)]);
    const errors = { ...reads.errors };
    for (const [what, count] of Object.entries(signUps.errors)) errors[`sign-up: ${what}`] = count;
    const figures = { ...reads.figures, signUpsPerSecond: signUps.perSecond };
    // Nearly all of the CPU time goes into the sign-ups, so none is given for the reads.
    return { ...reads, cpuMicrosPerRequest: undefined, errors, figures };
  } finally {
    await load.stop();
  }
}

/** Measures reads while the hash threads have more to do than they can. */
export const readsInStorm: Scenario = {
  ...PLAIN,
  name: 'reads-in-storm',
  what: `GET /tasks/:id ${READS_PER_SECOND} times a second, idle and while all hash threads are busy`,
  setups: ['one', 'cluster', 'event-loop'],
  windows: 3,
  async measure(context): Promise<Measured[]> {
    const load = { perSecond: READS_PER_SECOND };
    if (context.setup.hashThreads === 0)
      return [{ part: 'storm, hashing on the event loop', load, run: await readInStorm(context) }];
    return [
      { part: 'idle', load, run: await readAtRate(context) },
      { part: 'storm', load, run: await readInStorm(context) },
    ];
  },
};
