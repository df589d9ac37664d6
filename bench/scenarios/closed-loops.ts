import { newTask } from '../../tools/kit/fixtures';
import { newPerson } from '../../tools/kit/people';
import { APACHE_BENCH_CONNECTIONS, isApacheBenchInstalled, measureByApacheBench } from '../load/apache-bench';
import type { LoadRequest } from '../load/load';
import { measureLoad, requireHits } from '../load/measure';
import type { ScenarioContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { PLAIN, type Measured, type Scenario } from './scenario';

const JSON_TYPE = { 'content-type': 'application/json' };
const HASH_WARM_UP_MS = 1_500;

type Prepare = (context: ScenarioContext) => Promise<() => LoadRequest> | (() => LoadRequest);

async function measureHashes(context: ScenarioContext, prepare: Prepare): Promise<Measured[]> {
  const connections = context.options.hashConnections;
  const next = await prepare(context);
  const run = await measureLoad(context, { next, connections, warmUpMs: HASH_WARM_UP_MS });
  return [{ load: { connections }, run }];
}

/** Measures one kind of request, sent as fast as answers come. */
export const closedLoop =
  (measure: (context: ScenarioContext) => Promise<Run>): Scenario['measure'] =>
  async (context) => [{ load: { connections: context.options.connections }, run: await measure(context) }];

const requests = (prepare: Prepare) => async (context: ScenarioContext) =>
  measureLoad(context, { next: await prepare(context) });

const fromCache = (prepare: Prepare) => async (context: ScenarioContext) => {
  const run = await requests(prepare)(context);
  return context.setup.cache ? requireHits(run) : run;
};

const readTask: Prepare = async ({ fixtures }) => {
  const read = await fixtures.taskRead();
  return () => read;
};

/** Returns sign-ups, each of a person whose name no request has used. */
export const nextSignUp = (): LoadRequest => ({
  method: 'POST',
  path: '/users/signup',
  headers: JSON_TYPE,
  body: JSON.stringify(newPerson()),
  expected: 201,
});

/** The experiment of the source report, with the report's own `ab` command beside it if `ab` is installed. */
async function measureSignUps(context: ScenarioContext): Promise<Measured[]> {
  const { options, setup, stack, signal } = context;
  const measured = await measureHashes(context, () => nextSignUp);
  const comparesWithReport = setup.balancing === 'round-robin' && setup.hashThreads === 1;
  if (options.quick || !comparesWithReport || !(await isApacheBenchInstalled())) return measured;
  const run = await measureByApacheBench(stack.url, stack.folder, signal);
  return [...measured, { part: 'ab', load: { connections: APACHE_BENCH_CONNECTIONS }, run }];
}

/** Uses one account after the other: an API worker delays log-ins of one name from one address. */
const prepareLogIns: Prepare = async ({ fixtures }) => {
  const accounts = await fixtures.accounts();
  let sent = 0;
  return () => {
    const { email, password } = accounts[sent++ % accounts.length]!;
    const body = JSON.stringify({ email, password });
    return { method: 'POST', path: '/users/login', headers: JSON_TYPE, body, expected: 200 };
  };
};

const prepareConditionalReads: Prepare = async ({ stack, fixtures }) => {
  const read = await fixtures.taskRead();
  const first = await fetch(`${stack.url}${read.path}`, { headers: read.headers });
  await first.arrayBuffer();
  const headers = { ...read.headers, 'if-none-match': first.headers.get('etag') ?? '' };
  return () => ({ ...read, headers, expected: 304 });
};

const prepareCreates: Prepare = async ({ fixtures }) => {
  const people = await fixtures.accounts();
  const headers = { ...(await fixtures.admin()).headers, ...JSON_TYPE };
  let sent = 0;
  return () => {
    const body = JSON.stringify(newTask(people[sent++ % people.length]!.id));
    return { method: 'POST', path: '/tasks', headers, body, expected: 201 };
  };
};

export const closedLoops: Scenario[] = [
  {
    ...PLAIN,
    name: 'sign-up',
    what: 'POST /users/signup, each by a new person: one bcrypt hash each',
    setups: ['one', 'cluster', 'threads', 'least-connections', 'response-time'],
    raw: ['hash'],
    windows: 2,
    measure: measureSignUps,
  },
  {
    ...PLAIN,
    name: 'log-in',
    what: 'POST /users/login, with an account that no other request uses meanwhile',
    raw: ['hash'],
    isQuick: false,
    measure: (context) => measureHashes(context, prepareLogIns),
  },
  {
    ...PLAIN,
    name: 'cached-read',
    what: 'GET /tasks/:id, answered from Redis',
    setups: ['one', 'cluster', 'least-connections', 'response-time'],
    raw: ['node-http', 'express', 'redis-get'],
    measure: closedLoop(fromCache(readTask)),
  },
  {
    ...PLAIN,
    name: 'uncached-read',
    what: 'GET /tasks/:id without Redis, answered from MongoDB',
    setups: ['one-uncached', 'cluster-uncached'],
    cache: 'off',
    raw: ['node-http', 'express'],
    isQuick: false,
    measure: closedLoop(requests(readTask)),
  },
  {
    ...PLAIN,
    name: 'list',
    what: 'GET /tasks?limit=20 by an Admin, each task with its assignee',
    cache: 'either',
    raw: ['express-list'],
    measure: closedLoop(
      fromCache(async ({ fixtures }) => {
        const read = await fixtures.listRead();
        return () => read;
      }),
    ),
  },
  {
    ...PLAIN,
    name: 'conditional-read',
    what: 'GET /tasks/:id with If-None-Match, answered with 304',
    raw: ['express-not-modified'],
    measure: closedLoop(fromCache(prepareConditionalReads)),
  },
  {
    ...PLAIN,
    name: 'create',
    what: 'POST /tasks by an Admin, each assigned to a member',
    cache: 'either',
    isQuick: false,
    measure: closedLoop(requests(prepareCreates)),
  },
];
