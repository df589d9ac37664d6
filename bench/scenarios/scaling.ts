import os from 'node:os';
import type { BenchContext } from '../bench-context';
import { holdWorkers } from '../quota/held-workers';
import { openQuota, type Quota } from '../quota/quota';
import type { ScalingCurve, UslFit } from '../result-types';
import { median } from '../statistics';
import { makeScalingLoads, runScalingLoad, type ScalingLoad, type ScalingRun } from './scaling-load';

type Context = Pick<BenchContext, 'stack' | 'options' | 'signal' | 'say'>;
type Fit = (points: { workers: number; perSecond: number }[]) => UslFit | undefined;
interface Point {
  workers: number;
  runs: ScalingRun[];
}

const WORKERS = [1, 2, 4, 8, 16];
const MOST_WORKERS = Math.max(...WORKERS);
/**
 * Below the usual 10 (60 ms), at which hashing, which workers do without each other, is nearly all of a sign-up and any
 * curve is straight: at 4 ms, what they share (NGINX, MongoDB) weighs far more, and a window sees ten times as
 * many of them. A curve at cost 10 lies above this one.
 */
const SIGN_UP_COST = 6;
/** Of all cores: for the workers together at first, and for all of the bench, measured, at most. */
const API_SHARE = 0.6;
const OWN_SHARE = 0.8;
/** From here on the machine itself may be what holds the workers back. */
const FULL_SHARE = 0.9;
const TRIES = 3;
const TRIAL_SECONDS = 3;

const cores = os.availableParallelism();

/**
 * Throughput over the number of workers, past this machine's cores: each worker is held to the same small part of
 * one, so that sixteen of them and all that serves them leave the machine idle time. All sixteen run all the
 * time, and NGINX lists some of them: a boot would take each of them seconds.
 */
export async function measureScaling(context: Context, fit?: Fit) {
  const quota = await openQuota('scaling');
  if ('reason' in quota) return { curves: [], skipped: [`the scaling curve: ${quota.reason}`] };
  try {
    const { stack, say } = context;
    say(`scaling: starting ${MOST_WORKERS} workers`);
    await stack.use({ workers: MOST_WORKERS, hashThreads: 1, bcryptCost: SIGN_UP_COST });
    const curves: ScalingCurve[] = [];
    for (const load of await makeScalingLoads(context)) {
      curves.push(await measureCurve(context, quota, load, fit));
      // What the next one makes ready isn't held.
      await quota.release();
    }
    return { curves, skipped: [] };
  } finally {
    await quota.release();
  }
}

async function measureCurve(context: Context, quota: Quota, load: ScalingLoad, fit?: Fit): Promise<ScalingCurve> {
  const { stack, options, say } = context;
  const quotaCores = await chooseQuota(context, quota, load);
  const held = await holdWorkers(stack, quota, quotaCores);
  const points: Point[] = WORKERS.map((workers) => ({ workers, runs: [] }));
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { workers, runs } of points) {
      const run = await measurePoint(context, load, workers);
      runs.push({ ...run, errors: { ...run.errors, ...(await held.errors()) } });
      say(`${round}/${options.rounds}  ${load.scenario}, ${describe(workers, run, quotaCores)}`);
    }
  }
  return toCurve(load.scenario, quotaCores, points, fit);
}

/** The largest one, up to a share of the cores, at which all workers and what serves them fit on the machine. */
async function chooseQuota(context: Context, quota: Quota, load: ScalingLoad): Promise<number> {
  const { stack, say } = context;
  await stack.listWorkers(MOST_WORKERS);
  let quotaCores = round3((cores * API_SHARE) / MOST_WORKERS);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await holdWorkers(stack, quota, quotaCores);
    const run = await runScalingLoad(context, load, { workers: MOST_WORKERS, seconds: TRIAL_SECONDS });
    say(`${load.scenario}, trial: ${describe(MOST_WORKERS, run, quotaCores)}`);
    if (run.ownCores <= OWN_SHARE * cores) break;
    quotaCores = round3((quotaCores * OWN_SHARE * cores * 0.95) / run.ownCores);
  }
  return quotaCores;
}

/** Once more where the machine was full, by whatever; full again, it is marked. */
async function measurePoint(context: Context, load: ScalingLoad, workers: number): Promise<ScalingRun> {
  const { stack, options } = context;
  await stack.listWorkers(workers);
  const measure = () => runScalingLoad(context, load, { workers, seconds: options.seconds });
  const isFull = (run: ScalingRun) => run.cores >= FULL_SHARE * cores;
  const first = await measure();
  const run = isFull(first) ? await measure() : first;
  return isFull(run) ? { ...run, errors: { ...run.errors, "all of this machine's cores were busy": 1 } } : run;
}

function toCurve(scenario: string, quotaCores: number, points: Point[], fit?: Fit): ScalingCurve {
  const medians = points.map(({ workers, runs }) => ({
    workers,
    perSecond: median(runs.map(({ perSecond }) => perSecond)),
  }));
  const [one] = medians;
  return {
    scenario,
    quotaCores,
    points: points.map(({ workers, runs }, index) => ({
      workers,
      perSecond: runs.map(({ perSecond }) => perSecond),
      efficiency: medians[index]!.perSecond / (workers * one!.perSecond),
      errors: sumErrors(runs),
    })),
    fit: fit?.(medians),
  };
}

function sumErrors(runs: Pick<ScalingRun, 'errors'>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { errors } of runs) {
    for (const [what, count] of Object.entries(errors)) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
}

const round3 = (value: number) => Math.round(value * 1_000) / 1_000;

const describe = (workers: number, { perSecond, ownCores, cores: all, apiCores }: ScalingRun, quota: number) =>
  `${workers} at ${quota} cores: ${perSecond.toFixed(1)}/s; cores: API ${apiCores.toFixed(2)}, ` +
  `bench ${ownCores.toFixed(2)}, machine ${all.toFixed(2)} of ${cores}`;
