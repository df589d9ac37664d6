import type autocannon from 'autocannon';
import type { BenchContext } from '../bench-context';
import { countCpuTime, type CpuUse, type ProcessGroup } from '../cpu-time';
import { startLoad } from '../load';
import { sendAtRate } from '../open-loop';
import { pause } from '../pause';
import { makeAdmin, makeTask, signUp } from '../people';
import { holdWorkers } from '../quota/held-workers';
import { openQuota } from '../quota/quota';
import { BALANCINGS, type Balancing, type Run, type Series } from '../result-types';
import { createWorkerCount } from '../worker-count';
import { warmUp } from './scaling-load';

type Context = Pick<BenchContext, 'stack' | 'options' | 'clusterSize' | 'signal' | 'say'>;
interface Read {
  path: string;
  headers: Record<string, string>;
  groups: ProcessGroup[];
}

const SLOWED = 'api-0';
const SLOWED_CORES = 0.1;
const CONNECTIONS = 16;
const WARM_UP_MS = 2_000;
/** Of what the slowed worker can do, at which its part would be if all workers got the same. */
const OVERLOAD = 1.5;

/** What one worker that is short of CPU does to all readers, and which way of balancing spares them. */
export async function measureSlowedWorker(
  context: Context,
): Promise<{ series: Series[]; skipped: string[] }> {
  const { stack, options, say } = context;
  const quota = await openQuota('slowed');
  if ('reason' in quota) return { series: [], skipped: [`the slowed worker: ${quota.reason}`] };
  const workers = Math.max(2, context.clusterSize);
  try {
    await stack.use({ workers, hashThreads: 1 });
    const read = await makeRead(context);
    const { path, headers } = read;
    await warmUp(context, { request: { method: 'GET', path, headers }, expectedStatus: 200 }, workers);
    const held = await holdWorkers({ stack, quota, cores: SLOWED_CORES, isHeld: (name) => name === SLOWED });
    const rate = await chooseRate(context, read, workers);
    const { balancings, skipped } = await findBalancings(context);
    const series = balancings.map((balancing) => newSeries({ balancing, workers, rate }));
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const { closed, open, balancing } of series) {
        await stack.setBalancing(balancing);
        closed.runs.push(await readClosedLoop(context, read));
        open.runs.push(await readAtRate(context, read, rate));
        for (const { runs, part } of [closed, open]) {
          const run = runs.at(-1)!;
          Object.assign(run.errors, held.errors());
          say(`${round}/${options.rounds}  slowed worker, ${balancing}, ${part}: ${describe(run)}`);
        }
      }
    }
    return { series: series.flatMap(({ closed, open }) => [closed, open]), skipped };
  } finally {
    await quota.release();
    // Interrupted, its servers are being stopped.
    if (!context.signal.aborted) await stack.setBalancing('round-robin');
  }
}

/** Those that this NGINX has. */
async function findBalancings({ stack }: Context) {
  const balancings: Balancing[] = [];
  const skipped: string[] = [];
  for (const balancing of BALANCINGS) {
    try {
      await stack.setBalancing(balancing);
      balancings.push(balancing);
    } catch (error) {
      const [reason] = (error as Error).message.split('\n');
      skipped.push(`the slowed worker with ${balancing}: ${reason}`);
    }
  }
  return { balancings, skipped };
}

async function makeRead({ stack }: Context): Promise<Read> {
  const admin = await makeAdmin(stack.url, stack.folder, stack.info().env);
  const { id, headers } = await signUp(stack.url);
  const path = await makeTask(stack.url, admin, { id, headers });
  return { path, headers, groups: await stack.processGroups() };
}

function newSeries({ balancing, workers, rate }: { balancing: Balancing; workers: number; rate: number }) {
  const setup = { workers, hashThreads: 1, balancing, cache: true, slowedWorker: SLOWED };
  const closed: Series = {
    scenario: 'slowed-worker',
    part: 'closed-loop',
    setup,
    load: { connections: CONNECTIONS },
    runs: [],
  };
  const open: Series = { ...closed, part: 'held-rate', load: { perSecond: rate }, runs: [] };
  return { balancing, closed, open };
}

/** More than the slowed worker can do of it in equal parts; for the others together it must be little. */
async function chooseRate(context: Context, read: Read, workers: number): Promise<number> {
  const { stack } = context;
  await stack.listWorkers(1);
  const alone = await readClosedLoop(context, read, 2);
  await stack.listWorkers();
  return Math.max(1, Math.round(alone.perSecond * OVERLOAD * workers));
}

/** As fast as answers come: the slowed worker holds up who waits for it, and so gets less. */
async function readClosedLoop(
  { stack, options, signal }: Context,
  { path, headers, groups }: Read,
  seconds = options.seconds,
): Promise<Run> {
  const count = createWorkerCount();
  const request: autocannon.Request = {
    method: 'GET',
    path,
    headers,
    onResponse: (_status, _body, _context, answered) => count.add(answered),
  };
  const load = startLoad({ url: stack.url, connections: CONNECTIONS, request, expectedStatus: 200, signal });
  try {
    await pause(WARM_UP_MS, signal);
    count.clear();
    const cpuSince = countCpuTime(groups);
    const { unexpected: errors, ...rest } = await load.measure(seconds);
    const cpu = cpuSince();
    return toRun({ ...rest, errors }, cpu, { slowedShare: count.share(SLOWED) });
  } finally {
    await load.stop();
  }
}

/** At a held rate nobody waits for anybody, and what the slowed worker can't do piles up. */
async function readAtRate({ stack, options, signal }: Context, read: Read, perSecond: number): Promise<Run> {
  const { path, headers, groups } = read;
  const count = createWorkerCount();
  const { seconds } = options;
  const cpuSince = countCpuTime(groups);
  const url = `${stack.url}${path}`;
  const result = await sendAtRate({ url, headers, perSecond, seconds, signal, onHeaders: count.add });
  const { latenessP99Ms, hits: _, unexpected: errors, ...rest } = result;
  const figures = { slowedShare: count.share(SLOWED), senderLateP99Ms: latenessP99Ms };
  return toRun({ ...rest, perSecond: rest.requests / seconds, errors }, cpuSince(), figures);
}

function toRun(result: Omit<Run, 'cpu' | 'figures'>, cpu: CpuUse | undefined, figures: Run['figures']): Run {
  return { ...result, errors: { ...result.errors }, cpu, figures };
}

const describe = ({ perSecond, p50Ms, p99Ms, figures }: Run) =>
  `${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ` +
  `${((figures.slowedShare ?? NaN) * 100).toFixed(1)}% by ${SLOWED}`;
