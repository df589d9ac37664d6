import { measureLoad, requireHits } from '../load/measure-load';
import type { ScenarioContext } from '../stack/bench-context';
import { ALL_BALANCINGS, closedLoop, ONE_AND_CLUSTER, type Scenario } from './scenario';

async function readTask(context: ScenarioContext) {
  const path = await context.fixtures.taskPath();
  const { headers } = await context.fixtures.reader();
  return measureLoad(context, { request: { method: 'GET', path, headers }, expectedStatus: 200 });
}

export const cachedRead: Scenario = {
  name: 'cached-read',
  what: 'GET /tasks/:id, answered from Redis',
  setups: ALL_BALANCINGS,
  cache: 'on',
  raw: ['node-http', 'express', 'redis-get'],
  isQuick: true,
  windows: 1,
  measure: closedLoop(async (context) => requireHits(await readTask(context))),
};

export const uncachedRead: Scenario = {
  name: 'uncached-read',
  what: 'the same without Redis, answered from MongoDB',
  setups: ['one-uncached', 'cluster-uncached'],
  cache: 'off',
  raw: ['node-http', 'express'],
  isQuick: false,
  windows: 1,
  measure: closedLoop(readTask),
};

export const conditionalRead: Scenario = {
  name: 'conditional-read',
  what: 'GET /tasks/:id with If-None-Match, answered with 304',
  setups: ONE_AND_CLUSTER,
  cache: 'on',
  raw: ['express-not-modified'],
  isQuick: true,
  windows: 1,
  measure: closedLoop(async (context) => {
    const { stack, fixtures } = context;
    const path = await fixtures.taskPath();
    const { headers } = await fixtures.reader();
    const first = await fetch(`${stack.url}${path}`, { headers });
    await first.arrayBuffer();
    const conditional = { ...headers, 'if-none-match': first.headers.get('etag') ?? '' };
    const request = { method: 'GET', path, headers: conditional } as const;
    const run = await measureLoad(context, { request, expectedStatus: 304 });
    return requireHits(run);
  }),
};
