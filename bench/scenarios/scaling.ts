import { holdWorkers } from '../quota/held-workers';
import { openQuota, type Quota } from '../quota/quota';
import type { ScalingCurve, UslFit } from '../result-types';
import { median } from '../statistics';
import {
  makeScalingLoads,
  runScalingLoad,
  type ScalingContext,
  type ScalingLoad,
  type ScalingRun,
  warmUp,
} from './scaling-load';
import { chooseQuota, isMachineFull } from './scaling-quota';

type Fit = (points: { workers: number; perSecond: number }[]) => UslFit | undefined;
interface Point {
  workers: number;
  runs: Pick<ScalingRun, 'perSecond' | 'errors'>[];
}

const MOST_WORKERS = 16;
const WORKERS = [1, 2, 4, 8, MOST_WORKERS];
const WORKERS_QUICK = [1, 4, MOST_WORKERS];
/**
 * Below the usual 10 (60 ms), at which hashing, which workers do without each other, is nearly all of a sign-up and any
 * curve is straight: at 4 ms, what they share (NGINX, MongoDB) weighs far more, and a window sees ten times as
 * many of them. A curve at cost 10 lies above this one.
 */
const SIGN_UP_COST = 6;

/**
 * Throughput over the number of workers, past this machine's cores: each worker is held to the same small part of
 * one, so that sixteen of them and all that serves them leave the machine idle time. All sixteen run all the
 * time, and NGINX lists some of them: a boot would take each of them seconds.
 */
export async function measureScaling(context: ScalingContext, fit?: Fit) {
  const quota = await openQuota('scaling');
  if ('reason' in quota) return { curves: [], skipped: [`the scaling curve: ${quota.reason}`] };
  try {
    const { stack, say } = context;
    say(`scaling: starting ${MOST_WORKERS} workers`);
    await stack.use({ workers: MOST_WORKERS, hashThreads: 1, bcryptCost: SIGN_UP_COST });
    const curves: ScalingCurve[] = [];
    for (const load of await makeScalingLoads(context)) {
      await stack.listWorkers(MOST_WORKERS);
      say(`${load.scenario}: warming up`);
      await warmUp(context, load, MOST_WORKERS);
      curves.push(await measureCurve(context, quota, load, fit));
      await quota.release();
    }
    return { curves, skipped: [] };
  } finally {
    await quota.release();
  }
}

async function measureCurve(context: ScalingContext, quota: Quota, load: ScalingLoad, fit?: Fit) {
  const { stack, options, say } = context;
  const quotaCores = await chooseQuota(context, quota, load, MOST_WORKERS);
  const held = await holdWorkers({ stack, quota, cores: quotaCores });
  const groups = await stack.processGroups();
  const counts = options.quick ? WORKERS_QUICK : WORKERS;
  const points: Point[] = counts.map((workers) => ({ workers, runs: [] }));
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { workers, runs } of points) {
      const before = held.throttled(workers);
      const { perSecond, errors, cores } = await measurePoint(context, load, {
        workers,
        seconds: options.seconds,
        groups,
      });
      const after = held.throttled(workers);
      runs.push({ perSecond, errors: { ...errors, ...held.errors() } });
      const share = (after.throttledPeriods - before.throttledPeriods) / (after.periods - before.periods);
      say(
        `${round}/${options.rounds}  ${load.scenario}, ${workers} at ${quotaCores} cores: ${perSecond.toFixed(1)}/s, ` +
          `${Math.round(share * 100)}% of periods throttled; ` +
          `cores: API ${cores.api.toFixed(2)}, bench ${cores.bench.toFixed(2)}, machine ${cores.machine.toFixed(2)}`,
      );
    }
  }
  return toCurve(load.scenario, quotaCores, points, fit);
}

/** Once more where the machine was full, by whatever; full again, it is marked. */
async function measurePoint(
  context: ScalingContext,
  load: ScalingLoad,
  point: Parameters<typeof runScalingLoad>[2],
): Promise<ScalingRun> {
  await context.stack.listWorkers(point.workers);
  const first = await runScalingLoad(context, load, point);
  const run = isMachineFull(first) ? await runScalingLoad(context, load, point) : first;
  return isMachineFull(run)
    ? { ...run, errors: { ...run.errors, "the machine's cores were all busy": 1 } }
    : run;
}

export function toCurve(scenario: string, quotaCores: number, points: Point[], fit?: Fit): ScalingCurve {
  const medians = points.map(({ workers, runs }) => ({
    workers,
    perSecond: median(runs.map(({ perSecond }) => perSecond)),
  }));
  const one = medians.find(({ workers }) => workers === 1)!;
  return {
    scenario,
    quotaCores,
    points: points.map(({ workers, runs }, index) => ({
      workers,
      perSecond: runs.map(({ perSecond }) => perSecond),
      efficiency: medians[index]!.perSecond / (workers * one.perSecond),
      errors: sumErrors(runs),
    })),
    fit: fit?.(medians),
  };
}

function sumErrors(runs: Point['runs']): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { errors } of runs) {
    for (const [what, count] of Object.entries(errors)) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
}
