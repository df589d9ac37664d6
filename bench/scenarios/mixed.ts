import { inTurns } from '../../tools/load/closed-loop';
import type { Answer } from '../../tools/load/connections';
import { createStalenessJudge, versionOf } from '../../tools/load/staleness';
import { addError, type LoadRequest } from '../load/load';
import { measureLoad } from '../load/measure';
import { sendUntil } from '../load/warm-apps';
import { createZipf } from '../load/zipf';
import type { ScenarioContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { closedLoop } from './closed-loops';
import { PLAIN, type Scenario } from './scenario';

interface TaskRequest extends LoadRequest {
  id: string;
  /** Only reads have it. */
  isStale?: (version: number) => boolean;
}

const WRITE_SHARE = 0.1;
/** Popularity is spread as in the Yahoo Cloud Serving Benchmark. */
const SKEW = 0.99;
const BODIES = [
  { status: 'Doing' },
  { title: 'Read me oftener' },
  { status: 'to Do' },
  { title: 'Read me' },
].map((body) => JSON.stringify(body));
const LONGEST_FILL_MS = 60_000;

async function measureMixed(context: ScenarioContext): Promise<Run> {
  const ids = await context.fixtures.manyTasks();
  const headers = { ...(await context.fixtures.admin()).headers, 'content-type': 'application/json' };
  const read = (id: string) => ({ method: 'GET', path: `/tasks/${id}`, headers, expected: 200 }) as const;
  // A cache in use holds every task; one that has just started holds none.
  if (context.setup.cache && !context.options.quick)
    await sendUntil(context, inTurns(ids.map(read)), { count: ids.length, longestMs: LONGEST_FILL_MS });

  const choose = createZipf(ids.length, SKEW);
  const nextBody = inTurns(BODIES);
  const judge = createStalenessJudge();
  const wrong: Record<string, number> = {};
  const count = { reads: 0, stale: 0 };

  function next(): TaskRequest {
    const id = ids[choose()]!;
    if (Math.random() >= WRITE_SHARE) return { ...read(id), id, isStale: judge.readBegins(id) };
    return { ...read(id), id, method: 'PUT', body: nextBody() };
  }

  function onAnswer({ status, headers }: Answer, { id, isStale }: TaskRequest): void {
    if (isStale && status > 0) count.reads += 1;
    if (status !== 200) return;
    const version = versionOf(headers.etag);
    if (version === undefined) addError(wrong, 'an answer without a version');
    else if (!isStale) judge.acknowledge(id, version);
    else if (isStale(version)) count.stale += 1;
  }

  const run = await measureLoad(context, { next, onAnswer, reads: () => count.reads });
  if (count.stale > 0) addError(wrong, 'stale answers', count.stale);
  return { ...run, errors: { ...run.errors, ...wrong }, figures: { ...run.figures, stale: count.stale } };
}

/** Compares each answer with what was acknowledged before its request was sent. */
export const mixed: Scenario = {
  ...PLAIN,
  name: 'mixed',
  what: '90 % GET and 10 % PUT /tasks/:id by Zipf; every answer is checked for staleness',
  setups: ['one', 'cluster', 'cluster-uncached'],
  cache: 'either',
  measure: closedLoop(measureMixed),
};
