import type autocannon from 'autocannon';
import { isApacheBenchInstalled, measureByApacheBench, APACHE_BENCH_CONNECTIONS } from '../load/apache-bench';
import { measureLoad } from '../load/measure-load';
import { pause } from '../load/pause';
import { newPerson } from '../stack/people';
import type { Measured, Scenario } from './scenario';

const WARM_UP_MS = 1_500;
/** Until what the last load left in the queue is hashed: nobody waits for it any more. */
export const QUEUE_EMPTIES_MS = 1_500;

/** Each of a person whom nobody has met. */
export const signUpRequest = (): autocannon.Request => ({
  method: 'POST',
  path: '/users/signup',
  headers: { 'content-type': 'application/json' },
  setupRequest: (request) => ({ ...request, body: JSON.stringify(newPerson()) }),
});

/** The source report's experiment, and where `ab` is installed its own line beside it. */
export const signUp: Scenario = {
  name: 'sign-up',
  what: 'POST /users/signup, each a new person: a bcrypt hash each',
  setups: ['one', 'cluster', 'threads', 'least-connections', 'response-time'],
  cache: 'on',
  raw: ['hash'],
  isQuick: true,
  windows: 2,
  async measure(context) {
    const { options, setup, stack, signal } = context;
    const run = await measureLoad(context, {
      request: signUpRequest(),
      expectedStatus: 201,
      connections: options.hashConnections,
      warmUpMs: WARM_UP_MS,
    });
    const measured: Measured[] = [{ load: { connections: options.hashConnections }, run }];
    await pause(QUEUE_EMPTIES_MS, signal);
    const comparesWithReport = setup.balancing === 'round-robin' && setup.hashThreads === 1;
    if (options.quick || !comparesWithReport || !(await isApacheBenchInstalled())) return measured;
    const byAb = await measureByApacheBench(stack.url, stack.folder, signal);
    return [...measured, { part: 'ab', load: { connections: APACHE_BENCH_CONNECTIONS }, run: byAb }];
  },
};
