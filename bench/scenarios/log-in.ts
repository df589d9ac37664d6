import { measureLoad } from '../load/measure-load';
import { pause } from '../load/pause';
import { ONE_AND_CLUSTER, type Scenario } from './scenario';
import { QUEUE_EMPTIES_MS } from './sign-up';

/** Of one account after another, since log-ins of one name from one address wait for each other in a worker. */
export const logIn: Scenario = {
  name: 'log-in',
  what: 'POST /users/login, each of another account than those under way',
  setups: ONE_AND_CLUSTER,
  cache: 'on',
  raw: ['hash'],
  isQuick: false,
  windows: 1,
  async measure(context) {
    const connections = context.options.hashConnections;
    const accounts = await context.fixtures.accounts();
    let next = 0;
    const run = await measureLoad(context, {
      request: {
        method: 'POST',
        path: '/users/login',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => {
          const { email, password } = accounts[next++ % accounts.length]!;
          return { ...request, body: JSON.stringify({ email, password }) };
        },
      },
      expectedStatus: 200,
      connections,
      warmUpMs: 1_500,
    });
    await pause(QUEUE_EMPTIES_MS, context.signal);
    return [{ load: { connections }, run }];
  },
};
