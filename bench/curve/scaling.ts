import { median } from '../figures/statistics';
import { holdWorkers } from '../quota/held-workers';
import { openQuota, type Quota } from '../quota/quota';
import type { BenchContext } from '../stack/bench-context';
import type { CurvePoint, Run, ScalingCurve, Setup } from '../store/result-types';
import {
  apiCores,
  machineCores,
  makeScalingLoads,
  runScalingLoad,
  warmUp,
  WARM_UP_SECONDS,
  type ScalingLoad,
} from './scaling-load';
import { chooseQuota, isMachineFull } from './scaling-quota';
import { fitUsl } from './usl';

interface Point {
  workers: number;
  runs: Run[];
}
type Advance = (seconds: number) => void;

const MOST_WORKERS = 16;
const WORKERS = [1, 2, 4, 8, MOST_WORKERS];
const WORKERS_QUICK = [1, 4, MOST_WORKERS];
/**
 * By fewest connections: dealt out in turns, all would get what the slowest gets, and at a small quota each is slow by
 * turns, since a collection of garbage takes a second of its time.
 */
const SETUP: Setup = { workers: MOST_WORKERS, hashThreads: 1, balancing: 'least-connections', cache: true };
/**
 * Below the usual 10 (60 ms), at which hashing, which workers do without each other, is nearly all of a sign-up and any
 * curve is straight: at 4 ms, what they share (NGINX, MongoDB) weighs far more, and a window sees ten times as
 * many of them. A curve at cost 10 lies above this one.
 */
const SIGN_UP_COST = 6;

/** About, for the progress bar: of the start, of what comes before a curve, and of each window. */
const START_SECONDS = 40;
const CURVES = 2;
const BEFORE_SECONDS = 0.7 * WARM_UP_SECONDS + 10;
const WINDOW_EXTRA_SECONDS = 2.5;
const countsOf = ({ quick }: BenchContext['options']) => (quick ? WORKERS_QUICK : WORKERS);

export function scalingSeconds(options: BenchContext['options']): number {
  const windows = options.rounds * countsOf(options).length;
  return START_SECONDS + CURVES * (BEFORE_SECONDS + windows * (options.seconds + WINDOW_EXTRA_SECONDS));
}

/**
 * Throughput over the number of workers, past this machine's cores: each worker is held to the same small part of
 * one, so that sixteen of them and all that serves them leave the machine idle time. All sixteen run all the
 * time, and NGINX lists some of them: a boot would take each of them seconds.
 */
export async function measureScaling(context: BenchContext, advance: Advance) {
  const quota = await openQuota('scaling');
  if ('reason' in quota) return { skipped: [`the scaling curve: ${quota.reason}`] };
  try {
    const { stack, say } = context;
    say(`scaling: starting ${MOST_WORKERS} workers`);
    await stack.use(SETUP, { bcryptCost: SIGN_UP_COST });
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
      say(
        `${round}/${options.rounds}  scaling: ${load.scenario}, ${workers} at ${quotaCores} cores: ${describe(run, throttledShare())}`,
      );
      advance(options.seconds + WINDOW_EXTRA_SECONDS);
    }
  }
  return points;
}

/** Once more where the machine was full, by whatever; full again, it is marked. */
async function measurePoint(context: BenchContext, load: ScalingLoad, workers: number): Promise<Run> {
  const { seconds } = context.options;
  await context.stack.listWorkers(workers);
  const first = await runScalingLoad(context, load, { workers, seconds });
  const run = isMachineFull(first) ? await runScalingLoad(context, load, { workers, seconds }) : first;
  return isMachineFull(run)
    ? { ...run, errors: { ...run.errors, "the machine's cores were all busy": 1 } }
    : run;
}

const describe = ({ perSecond, cpu, cpuMicrosPerRequest, figures }: Run, throttled: number) =>
  `${perSecond.toFixed(1)}/s, ${Math.round(throttled * 100)}% of periods throttled; ` +
  `cores: API ${apiCores(cpu).toFixed(2)}, machine ${machineCores(cpu).toFixed(2)}; ` +
  `API ${Math.round(apiCores(cpuMicrosPerRequest))} µs a request` +
  (figures.hitShare === undefined ? '' : `; ${(figures.hitShare * 100).toFixed(1)}% from the cache`);

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
  return {
    workers,
    perSecond: runs.map(({ perSecond }) => perSecond),
    efficiency,
    ...(hits.length > 0 && { hitShare: Math.min(...hits) }),
    ...(uses.length > 0 && {
      apiCores: median(uses.map((cpu) => apiCores(cpu))),
      machineCores: median(uses.map((cpu) => machineCores(cpu))),
    }),
    errors: sumErrors(runs),
  };
}

function sumErrors(runs: Pick<Run, 'errors'>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { errors } of runs) {
    for (const [what, count] of Object.entries(errors)) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
}
