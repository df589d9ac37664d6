import { openQuota, type Quota } from '../../tools/quota/quota';
import { median } from '../figures/statistics';
import { fitUsl } from '../figures/usl';
import { addError } from '../load/load';
import type { BenchContext, BenchOptions } from '../stack/bench-context';
import type { CurvePoint, Run, ScalingCurve, Setup } from '../store/result-types';
import type { Extra, ExtraMeasured } from './extra';
import { holdWorkers } from './held-workers';
import {
  apiCores,
  chooseQuota,
  isMachineFull,
  machineCores,
  makeScalingLoads,
  runScalingLoad,
  warmUp,
  WARM_UP_SECONDS,
  type ScalingLoad,
} from './scaling-load';

interface Point {
  workers: number;
  runs: Run[];
}
type Advance = (seconds: number) => void;

const MOST_WORKERS = 16;
const WORKERS = [1, 2, 4, 8, MOST_WORKERS];
const WORKERS_QUICK = [1, 4, MOST_WORKERS];
/**
 * With round robin all workers get what the slowest gets, and at a small quota each is slow now and then, since a
 * garbage collection takes a second of its time.
 */
const SETUP: Setup = { workers: MOST_WORKERS, hashThreads: 1, balancing: 'least-connections', cache: true };
/**
 * Below the usual 10 (60 ms), with which hashing, which workers do independently, is nearly all of a sign-up and any
 * curve is straight. At 4 ms the shared servers (NGINX, MongoDB) weigh far more, and a window sees ten times as many
 * sign-ups. A curve at cost 10 lies above this one.
 */
const SIGN_UP_COST = 6;

/** Estimates for the progress bar: of the start, of what comes before a curve, and of each window. */
const START_SECONDS = 40;
const CURVES = 2;
const BEFORE_SECONDS = 0.7 * WARM_UP_SECONDS + 10;
const WINDOW_EXTRA_SECONDS = 2.5;
const countsOf = ({ quick }: BenchOptions) => (quick ? WORKERS_QUICK : WORKERS);

/**
 * Measures throughput over the number of workers, beyond the cores of this host: each worker is held to the same small
 * part of a core, so that sixteen of them and their servers leave the host idle time. All sixteen run all the time and
 * NGINX lists some of them, since a start takes seconds.
 */
async function measureScaling(context: BenchContext, advance: Advance): Promise<ExtraMeasured> {
  const quota = await openQuota('scaling');
  if ('reason' in quota) return { skipped: [`the scaling curve: ${quota.reason}`] };
  try {
    const { stack, say } = context;
    say(`scaling: starting ${MOST_WORKERS} workers`);
    await stack.use(SETUP, { bcryptCost: SIGN_UP_COST, areHeld: true });
    advance(START_SECONDS);
    const curves: ScalingCurve[] = [];
    for (const load of await makeScalingLoads(context)) {
      await stack.listWorkers(MOST_WORKERS);
      say(`scaling: ${load.scenario}, warming up`);
      await warmUp(context, load, MOST_WORKERS);
      const quotaCores = await chooseQuota(context, quota, load, MOST_WORKERS);
      advance(BEFORE_SECONDS);
      const points = await measurePoints(context, quota, { load, quotaCores, advance });
      const cost = load.scenario === 'sign-up' ? { bcryptCost: SIGN_UP_COST } : {};
      curves.push(toCurve({ scenario: load.scenario, quotaCores, ...cost }, points));
      await quota.release();
    }
    return { curves };
  } finally {
    await quota.release();
  }
}

interface Curve {
  load: ScalingLoad;
  quotaCores: number;
  advance: Advance;
}

async function measurePoints(context: BenchContext, quota: Quota, { load, quotaCores, advance }: Curve) {
  const { stack, options, say } = context;
  const held = await holdWorkers({ stack, quota, cores: quotaCores });
  const points: Point[] = countsOf(options).map((workers) => ({ workers, runs: [] }));
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { workers, runs } of points) {
      const throttledShare = held.throttledSince(workers);
      const run = await measurePoint(context, load, workers);
      runs.push({ ...run, errors: { ...run.errors, ...held.errors() } });
      const what = `scaling: ${load.scenario}, ${workers} at ${quotaCores} cores`;
      say(`${round}/${options.rounds}  ${what}: ${describe(run, throttledShare())}`);
      advance(options.seconds + WINDOW_EXTRA_SECONDS);
    }
  }
  return points;
}

/** Measures a second time if the host was full; if it is full again, adds an error. */
async function measurePoint(context: BenchContext, load: ScalingLoad, workers: number): Promise<Run> {
  const { seconds } = context.options;
  await context.stack.listWorkers(workers);
  const first = await runScalingLoad(context, load, { workers, seconds });
  const run = isMachineFull(first) ? await runScalingLoad(context, load, { workers, seconds }) : first;
  return isMachineFull(run)
    ? { ...run, errors: { ...run.errors, "the machine's cores were all busy": 1 } }
    : run;
}

const describe = ({ perSecond, cpu, cpuMicrosPerRequest, figures, errors }: Run, throttled: number) =>
  `${perSecond.toFixed(1)}/s, ${Math.round(throttled * 100)}% of periods throttled; ` +
  `cores: API ${apiCores(cpu).toFixed(2)}, machine ${machineCores(cpu).toFixed(2)}; ` +
  `API ${Math.round(apiCores(cpuMicrosPerRequest))} µs a request` +
  (figures.hitShare === undefined ? '' : `; ${(figures.hitShare * 100).toFixed(1)}% from the cache`) +
  Object.entries(errors)
    .map(([what, count]) => `; ${count} × ${what}`)
    .join('');

export function toCurve(
  curve: Pick<ScalingCurve, 'scenario' | 'quotaCores' | 'bcryptCost'>,
  points: Point[],
): ScalingCurve {
  const rateOf = ({ runs }: Point) => median(runs.map(({ perSecond }) => perSecond));
  const one = rateOf(points.find(({ workers }) => workers === 1)!);
  return {
    ...curve,
    points: points.map((point) => toCurvePoint(point, rateOf(point) / (point.workers * one))),
    fit: fitUsl(points.map((point) => ({ workers: point.workers, perSecond: rateOf(point) }))),
  };
}

function toCurvePoint({ workers, runs }: Point, efficiency: number): CurvePoint {
  const hits = runs.flatMap(({ figures }) => figures.hitShare ?? []);
  const uses = runs.flatMap(({ cpu }) => (cpu ? [cpu] : []));
  const errors: Record<string, number> = {};
  for (const [what, count] of runs.flatMap((run) => Object.entries(run.errors)))
    addError(errors, what, count);
  return {
    workers,
    perSecond: runs.map(({ perSecond }) => perSecond),
    efficiency,
    ...(hits.length > 0 && { hitShare: Math.min(...hits) }),
    ...(uses.length > 0 && {
      apiCores: median(uses.map((cpu) => apiCores(cpu))),
      machineCores: median(uses.map((cpu) => machineCores(cpu))),
    }),
    errors,
  };
}

export const scaling: Extra = {
  name: 'scaling',
  what: 'sign-ups and cached reads over 1 to 16 workers, each held to a small part of a core',
  isDefault: true,
  seconds(options) {
    const windows = options.rounds * countsOf(options).length;
    return START_SECONDS + CURVES * (BEFORE_SECONDS + windows * (options.seconds + WINDOW_EXTRA_SECONDS));
  },
  measure: measureScaling,
};
