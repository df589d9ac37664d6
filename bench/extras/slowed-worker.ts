import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { createTally } from '../../src/lib/tally';
import type { Answer } from '../../tools/load/connections';
import { openQuota } from '../../tools/quota/quota';
import type { LoadRequest } from '../load/load';
import { measureLoad, measureRate } from '../load/measure';
import { formatRun } from '../scenarios/format-run';
import { setupOf } from '../scenarios/setups';
import type { BenchContext, BenchOptions } from '../stack/bench-context';
import { BALANCINGS, type Run, type Series, type Setup } from '../store/result-types';
import type { Extra, ExtraMeasured } from './extra';
import { holdWorkers } from './held-workers';
import { WARM_UP_SECONDS, warmUp } from './scaling-load';

const SLOWED = 'api-0';
const SLOWED_CORES = 0.1;
const CONNECTIONS = 16;
const WARM_UP_MS = 2_000;
/** Times the throughput of the slowed worker: its part of the rate if all workers get the same. */
const OVERLOAD = 1.5;

/** Estimates for the progress bar. */
const BEFORE_SECONDS = 15 + 0.5 * WARM_UP_SECONDS;
const roundSeconds = ({ seconds }: BenchOptions) => 2 * seconds + 4;

const balancingsOf = ({ balancings = BALANCINGS }: BenchOptions) =>
  balancings.filter((balancing) => balancing !== 'response-time' || hasLua());

/** Measures what one worker that is short of CPU does to all readers, with each kind of balancing. */
async function measureSlowedWorker(
  context: BenchContext,
  advance: (seconds: number) => void,
): Promise<ExtraMeasured> {
  const { stack, options, fixtures, clusterSize, say } = context;
  const quota = await openQuota('slowed');
  if ('reason' in quota) return { skipped: [`the slowed worker: ${quota.reason}`] };
  const setup = setupOf('cluster', clusterSize);
  try {
    await stack.use(setup, { areHeld: true });
    const read = await fixtures.taskRead();
    await warmUp(context, { next: () => read, connectionsPerWorker: CONNECTIONS }, setup.workers);
    const held = await holdWorkers({ stack, quota, cores: SLOWED_CORES, isHeld: (name) => name === SLOWED });
    const rate = await chooseRate(context, read);
    advance(BEFORE_SECONDS);
    const all = balancingsOf(options).map((balancing) => newSeries({ ...setup, balancing }, rate));
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const pair of all) {
        await stack.setBalancing(pair[0]!.setup.balancing);
        for (const series of pair) {
          const run =
            'perSecond' in series.load
              ? await readAtRate(context, read, rate)
              : await readClosedLoop(context, read);
          series.runs.push({ ...run, errors: { ...run.errors, ...held.errors() } });
          say(`${round}/${options.rounds}  ${formatRun(series, run)}`);
        }
        advance(roundSeconds(options));
      }
    }
    const skipped = hasLua() ? [] : ['slowed-worker, response-time: this NGINX runs no Lua'];
    return { series: all.flat(), skipped };
  } finally {
    await quota.release();
  }
}

function newSeries(setup: Setup, perSecond: number): Series[] {
  const common = { scenario: 'slowed-worker', setup: { ...setup, slowedWorker: SLOWED } };
  return [
    { ...common, part: 'closed-loop', load: { connections: CONNECTIONS }, runs: [] },
    { ...common, part: 'held-rate', load: { perSecond }, runs: [] },
  ];
}

/** Chooses more than the slowed worker can do of it in equal parts, which is little for the others together. */
async function chooseRate(context: BenchContext, read: LoadRequest): Promise<number> {
  const { stack, clusterSize } = context;
  await stack.listWorkers(1);
  const alone = await readClosedLoop(context, read, 2);
  await stack.listWorkers();
  return Math.max(1, Math.round(alone.perSecond * OVERLOAD * clusterSize));
}

/** Counts answers by X-Worker, without the host. */
function countWorkers() {
  let tally = createTally();
  return {
    add: ({ headers }: Answer) => void tally.add(String(headers['x-worker']).replace(/^.*\//, '')),
    clear: () => void (tally = createTally()),
    addTo: (run: Run): Run => {
      const slowedShare = tally.of(SLOWED) / tally.total();
      return { ...run, figures: { ...run.figures, slowedShare } };
    },
  };
}

/** In a closed loop the slowed worker delays the clients that wait for it, and so gets less. */
async function readClosedLoop(context: BenchContext, read: LoadRequest, seconds?: number): Promise<Run> {
  const count = countWorkers();
  const run = await measureLoad(context, {
    next: () => read,
    onAnswer: count.add,
    connections: CONNECTIONS,
    seconds,
    warmUpMs: WARM_UP_MS,
    onWarm: count.clear,
    areHeld: true,
  });
  return count.addTo(run);
}

/**
 * At a fixed rate no client waits for another, and requests pile up before the slowed worker, which refuses what it could
 * not answer in time.
 */
async function readAtRate(context: BenchContext, request: LoadRequest, perSecond: number): Promise<Run> {
  const count = countWorkers();
  return count.addTo(
    await measureRate(context, { request, perSecond, onAnswer: count.add, mayRefuse: true }),
  );
}

export const slowedWorker: Extra = {
  name: 'slowed-worker',
  what: 'cached reads while one worker has a tenth of a core, with each kind of balancing',
  isDefault: true,
  seconds: (options) =>
    BEFORE_SECONDS + options.rounds * balancingsOf(options).length * roundSeconds(options),
  measure: measureSlowedWorker,
};
