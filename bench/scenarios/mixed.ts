import type autocannon from 'autocannon';
import { createStalenessJudge, versionOf } from '../figures/staleness';
import { startLoad } from '../load/load';
import { measureLoad } from '../load/measure-load';
import { pause } from '../load/pause';
import { createZipf } from '../load/zipf';
import type { ScenarioContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { closedLoop, ONE_AND_CLUSTER, type Scenario } from './scenario';

const WRITE_SHARE = 0.1;
/** As popularity is spread in the Yahoo Cloud Serving Benchmark. */
const SKEW = 0.99;
const WRITES = [{ status: 'Doing' }, { title: 'Read me oftener' }, { status: 'to Do' }, { title: 'Read me' }];

/** What a connection waits for; autocannon hands it from the request to its answer. */
interface Pending {
  id?: string;
  /** Of a read. */
  isStale?: (version: number) => boolean;
}

type AnswerHeaders = Record<string, string | undefined>;

const LONGEST_FILL_MS = 60_000;

/** Each task once: what is measured is a cache that has been in use, not one that has just started. */
async function fillCache(
  { stack, options: { connections }, signal }: ScenarioContext,
  ids: string[],
  headers: Record<string, string>,
): Promise<void> {
  let next = 0;
  const setupRequest = (request: autocannon.Request) => ({
    ...request,
    path: `/tasks/${ids[next++ % ids.length]}`,
  });
  const request = { method: 'GET', headers, setupRequest } as const;
  const load = startLoad({ url: stack.url, connections, request, signal });
  const end = performance.now() + LONGEST_FILL_MS;
  try {
    while (load.tally().answers < ids.length && performance.now() < end) await pause(100, signal);
  } finally {
    await load.stop();
  }
}

async function measureMixed(context: ScenarioContext): Promise<Run> {
  const ids = await context.fixtures.manyTasks();
  const { headers } = await context.fixtures.admin();
  if (context.setup.cache && !context.options.quick) await fillCache(context, ids, headers);
  const choose = createZipf(ids.length, SKEW);
  const judge = createStalenessJudge();
  const wrong: Record<string, number> = {};
  const tell = (what: string) => (wrong[what] = (wrong[what] ?? 0) + 1);
  const count = { reads: 0, writes: 0, stale: 0 };

  function nextRequest(request: autocannon.Request, pending: Pending): autocannon.Request {
    const id = ids[choose()]!;
    pending.id = id;
    const path = `/tasks/${id}`;
    if (Math.random() >= WRITE_SHARE) {
      pending.isStale = judge.readBegins(id);
      return { ...request, method: 'GET', path };
    }
    const body = JSON.stringify(WRITES[count.writes++ % WRITES.length]);
    return { ...request, method: 'PUT', path, body };
  }

  function check(status: number, { id, isStale }: Pending, answer: AnswerHeaders): void {
    if (isStale) count.reads += 1;
    if (status !== 200 || id === undefined) return;
    const version = versionOf(answer.ETag);
    if (version === undefined) tell('an answer without a version');
    else if (!isStale) judge.acknowledge(id, version);
    else if (isStale(version)) count.stale += 1;
  }

  const run = await measureLoad(context, {
    request: {
      headers: { ...headers, 'content-type': 'application/json' },
      setupRequest: nextRequest,
      onResponse: (status, _body, pending, answer) => check(status, pending, answer as AnswerHeaders),
    },
    expectedStatus: 200,
    reads: () => count.reads,
  });
  if (count.stale > 0) wrong['stale answers'] = count.stale;
  return { ...run, errors: { ...run.errors, ...wrong }, figures: { ...run.figures, stale: count.stale } };
}

/** Each answer is held against what was acknowledged before it was asked for. */
export const mixed: Scenario = {
  name: 'mixed',
  what: '90 % GET and 10 % PUT /tasks/:id by Zipf; every answer is checked for staleness',
  setups: [...ONE_AND_CLUSTER, 'cluster-uncached'],
  cache: 'either',
  raw: [],
  isQuick: true,
  windows: 1,
  measure: closedLoop(measureMixed),
};
