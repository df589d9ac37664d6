import { hasLua } from '../../scripts/stack/servers/nginx-lua';
import { WARM_UP_SECONDS, warmUp } from '../curve/scaling-load';
import { createWorkerCount } from '../figures/worker-count';
import { measureLoad } from '../load/measure-load';
import { measureRate } from '../load/measure-rate';
import { holdWorkers } from '../quota/held-workers';
import { openQuota } from '../quota/quota';
import { formatRun } from '../rounds/format-run';
import type { BenchContext } from '../stack/bench-context';
import { BALANCINGS, type Balancing, type Run, type Series, type Setup } from '../store/result-types';

interface Read {
  path: string;
  headers: Record<string, string>;
}

const SLOWED = 'api-0';
const SLOWED_CORES = 0.1;
const CONNECTIONS = 16;
const WARM_UP_MS = 2_000;
/** Of what the slowed worker can do, at which its part would be if all workers got the same. */
const OVERLOAD = 1.5;

/** About, for the progress bar. */
const BEFORE_SECONDS = 15 + 0.5 * WARM_UP_SECONDS;
const roundSeconds = ({ seconds }: BenchContext['options']) => 2 * seconds + 4;
export const slowedWorkerSeconds = (options: BenchContext['options']) =>
  BEFORE_SECONDS + options.rounds * balancingsOf(options).length * roundSeconds(options);

/** Those that this NGINX has. */
const balancingsOf = ({ balancings = [...BALANCINGS] }: Pick<BenchContext['options'], 'balancings'>) =>
  balancings.filter((balancing) => balancing !== 'response-time' || hasLua());

/** What one worker that is short of CPU does to all readers, and which way of balancing spares them. */
export async function measureSlowedWorker(context: BenchContext, advance: (seconds: number) => void) {
  const { stack, options, fixtures, clusterSize, say } = context;
  const quota = await openQuota('slowed');
  if ('reason' in quota) return { skipped: [`the slowed worker: ${quota.reason}`] };
  const setup: Setup = { workers: clusterSize, hashThreads: 1, balancing: 'round-robin', cache: true };
  try {
    await stack.use(setup);
    const read = { path: await fixtures.taskPath(), headers: (await fixtures.reader()).headers };
    await warmUp(context, { request: { method: 'GET', ...read }, expectedStatus: 200 }, setup.workers);
    const held = await holdWorkers({ stack, quota, cores: SLOWED_CORES, isHeld: (name) => name === SLOWED });
    const rate = await chooseRate(context, read);
    advance(BEFORE_SECONDS);
    const balancings = balancingsOf(options);
    const measured = balancings.map((balancing) => newSeries({ ...setup, balancing }, rate));
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const { balancing, series } of measured) {
        await stack.setBalancing(balancing);
        for (const { part, setup, load, runs } of series) {
          const run =
            'perSecond' in load ? await readAtRate(context, read, rate) : await readClosedLoop(context, read);
          runs.push({ ...run, errors: { ...run.errors, ...held.errors() } });
          say(`${round}/${options.rounds}  ${formatRun('slowed-worker', part, setup, run)}`);
        }
        advance(roundSeconds(options));
      }
    }
    const skipped = hasLua() ? [] : ['slowed-worker, response-time: this NGINX runs no Lua'];
    return { series: measured.flatMap(({ series }) => series), skipped };
  } finally {
    await quota.release();
  }
}

function newSeries(setup: Setup, perSecond: number): { balancing: Balancing; series: Series[] } {
  const named = { scenario: 'slowed-worker', setup: { ...setup, slowedWorker: SLOWED } };
  return {
    balancing: setup.balancing,
    series: [
      { ...named, part: 'closed-loop', load: { connections: CONNECTIONS }, runs: [] },
      { ...named, part: 'held-rate', load: { perSecond }, runs: [] },
    ],
  };
}

/** More than the slowed worker can do of it in equal parts; for the others together it must be little. */
async function chooseRate(context: BenchContext, read: Read): Promise<number> {
  const { stack, clusterSize } = context;
  await stack.listWorkers(1);
  const alone = await readClosedLoop(context, read, 2);
  await stack.listWorkers();
  return Math.max(1, Math.round(alone.perSecond * OVERLOAD * clusterSize));
}

/** As fast as answers come: the slowed worker holds up who waits for it, and so gets less. */
async function readClosedLoop(context: BenchContext, read: Read, seconds?: number): Promise<Run> {
  const count = createWorkerCount();
  const run = await measureLoad(context, {
    request: {
      method: 'GET',
      ...read,
      onResponse: (_status, _body, _context, answered) => count.add(answered),
    },
    expectedStatus: 200,
    connections: CONNECTIONS,
    seconds,
    warmUpMs: WARM_UP_MS,
    onWarm: count.clear,
    areHeld: true,
  });
  return { ...run, figures: { ...run.figures, slowedShare: count.share(SLOWED) } };
}

/** At a held rate nobody waits for anybody, and what the slowed worker can't do piles up. */
async function readAtRate(context: BenchContext, read: Read, perSecond: number): Promise<Run> {
  const count = createWorkerCount();
  const run = await measureRate(context, { ...read, perSecond, onHeaders: count.add });
  return { ...run, figures: { ...run.figures, slowedShare: count.share(SLOWED) } };
}
