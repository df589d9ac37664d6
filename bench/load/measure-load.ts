import type autocannon from 'autocannon';
import { countCpuTime, OTHERS, STOLEN, type CpuUse } from '../figures/cpu-time';
import { readWorkerMetrics } from '../figures/worker-metrics';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { startLoad, type LoadResult } from './load';
import { pause } from './pause';

interface MeasuredLoad {
  request: autocannon.Request;
  expectedStatus?: number;
  connections?: number;
  /** Otherwise as the options say. */
  seconds?: number;
  /** Until connections are open and code is warm. */
  warmUpMs?: number;
  /** Called when they are. */
  onWarm?: () => void;
  /** Workers that are held to a quota aren't asked for their counts, which would take what they have. */
  areHeld?: boolean;
  /** How many answers were to reads, where not all were. */
  reads?: () => number;
}

const WARM_UP_MS = 1_000;

/** CPU time over the requests, in microseconds, of what served them. */
export function perRequest(cpu: CpuUse | undefined, perSecond: number): Record<string, number> | undefined {
  if (!cpu || perSecond === 0) return undefined;
  const ours = Object.entries(cpu).filter(([name]) => name !== OTHERS && name !== STOLEN);
  return Object.fromEntries(ours.map(([name, cores]) => [name, (cores * 1e6) / perSecond]));
}

export const toRun = (result: LoadResult, cpu: CpuUse | undefined, figures: Run['figures']): Run => ({
  ...result,
  cpu,
  cpuMicrosPerRequest: perRequest(cpu, result.perSecond),
  figures,
});

/** One window of a load through NGINX, and what it cost. */
export async function measureLoad(
  { stack, options, signal }: Pick<BenchContext, 'stack' | 'options' | 'signal'>,
  measured: MeasuredLoad,
): Promise<Run> {
  const { request, expectedStatus, connections = options.connections, seconds = options.seconds } = measured;
  const { groups, workerPorts } = await stack.processes();
  const load = startLoad({ url: stack.url, connections, request, expectedStatus, signal });
  const reads = measured.reads ?? (() => load.tally().answers);
  const askWorkers = async () => (measured.areHeld ? undefined : readWorkerMetrics(workerPorts, signal));
  try {
    await pause(measured.warmUpMs ?? WARM_UP_MS, signal);
    const metricsBefore = await askWorkers();
    measured.onWarm?.();
    const [before, readsBefore] = [load.tally(), reads()];
    const cpuSince = countCpuTime(groups);
    const result = await load.measure(seconds);
    const cpu = cpuSince();
    const [after, readsAfter] = [load.tally(), reads()];
    const metricsAfter = await askWorkers();
    const share = (count: number) => count / Math.max(1, readsAfter - readsBefore);
    // Only reads that can be cached say so.
    if (after.cacheable === 0) return toRun(result, cpu, {});
    const mongoReads =
      metricsBefore && metricsAfter && metricsAfter.mongoReads() - metricsBefore.mongoReads();
    return toRun(result, cpu, {
      hitShare: share(after.hits - before.hits),
      ...(after.notModified > 0 && { notModifiedShare: share(after.notModified - before.notModified) }),
      ...(mongoReads !== undefined && { mongoReadsPerRead: share(mongoReads) }),
    });
  } finally {
    await load.stop();
  }
}

/** An entry may end in the middle of a run, by its time to live. */
const MOST = 0.99;

/** Where the answers were not what the scenario is about, that is a fault of the run. */
export function requireHits(run: Run): Run {
  const share = run.figures.hitShare ?? 0;
  const missing = Math.max(1, Math.round((1 - share) * run.requests));
  return share >= MOST ? run : { ...run, errors: { ...run.errors, 'not from the cache': missing } };
}
