import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../src/lib/percentile';
import { openConnections, type Answer } from '../../tools/load/connections';
import { sendAtRate } from '../../tools/load/open-loop';
import { countCpuTime, OTHERS, STOLEN, type CpuUse } from '../figures/cpu-time';
import { latencies } from '../figures/statistics';
import { countTraffic, trafficPerRequest } from '../figures/traffic';
import { readWorkerMetrics } from '../figures/worker-metrics';
import type { BenchContext } from '../stack/bench-context';
import type { Run, TrafficUse } from '../store/result-types';
import { createAnswerTally, startLoad, type LoadRequest, type LoadResult } from './load';

type Context = Pick<BenchContext, 'stack' | 'options' | 'signal'>;

interface MeasuredLoad<T extends LoadRequest> {
  next: () => T;
  onAnswer?: (answer: Answer, request: T) => void;
  /** The options' value by default. */
  connections?: number;
  seconds?: number;
  /** Time until connections are open and code is compiled. */
  warmUpMs?: number;
  /** Called after that time. */
  onWarm?: () => void;
  /** True for API workers that are held to a quota: reading their metrics would take what they have. */
  areHeld?: boolean;
  /** Returns the number of answers to reads, if not all requests are reads. */
  reads?: () => number;
}

/** Two workers share the requests, so that each compiles its code in twice the time of one. */
const WARM_UP_MS = 3_000;
/** An entry may end in the middle of a run, by its time to live. */
const LEAST_HITS = 0.99;

/** Returns the CPU time of a request in microseconds, by process group of the bench. */
export function perRequest(cpu: CpuUse | undefined, perSecond: number): Record<string, number> | undefined {
  if (!cpu || perSecond === 0) return undefined;
  const own = Object.entries(cpu).filter(([name]) => name !== OTHERS && name !== STOLEN);
  return Object.fromEntries(own.map(([name, cores]) => [name, (cores * 1e6) / perSecond]));
}

export const toRun = (
  result: LoadResult,
  cpu: CpuUse | undefined,
  figures: Run['figures'],
  traffic?: TrafficUse,
): Run => ({
  ...result,
  cpu,
  cpuMicrosPerRequest: perRequest(cpu, result.perSecond),
  traffic: trafficPerRequest(traffic, result.perSecond),
  figures,
});

/** Measures one window of requests that are sent as fast as answers come. */
export async function measureLoad<T extends LoadRequest>(
  { stack, options, signal }: Context,
  measured: MeasuredLoad<T>,
): Promise<Run> {
  const { next, onAnswer, connections = options.connections, seconds = options.seconds } = measured;
  const { groups, doors } = await stack.processes();
  const load = startLoad({ url: stack.url, connections, next, onAnswer, signal });
  const reads = measured.reads ?? (() => load.tally().answers);
  const readMetrics = async () => (measured.areHeld ? undefined : readWorkerMetrics(doors, signal));
  try {
    await pause(measured.warmUpMs ?? WARM_UP_MS, undefined, { signal });
    const metricsBefore = await readMetrics();
    measured.onWarm?.();
    const [before, readsBefore] = [load.tally(), reads()];
    const trafficSince = countTraffic(stack.serverPorts());
    const cpuSince = countCpuTime(groups);
    const result = await load.measure(seconds);
    const [cpu, traffic] = [cpuSince(), trafficSince()];
    const [after, readsAfter] = [load.tally(), reads()];
    const metricsAfter = await readMetrics();
    const share = (count: number) => count / Math.max(1, readsAfter - readsBefore);
    // Only answers to reads that can be cached have an X-Cache.
    if (after.cacheable === 0) return toRun(result, cpu, {}, traffic);
    const mongoReads =
      metricsBefore && metricsAfter && metricsAfter.mongoReads() - metricsBefore.mongoReads();
    const figures = {
      hitShare: share(after.hits - before.hits),
      ...(after.notModified > 0 && { notModifiedShare: share(after.notModified - before.notModified) }),
      ...(mongoReads !== undefined && { mongoReadsPerRead: share(mongoReads) }),
    };
    return toRun(result, cpu, figures, traffic);
  } finally {
    await load.stop();
  }
}

interface MeasuredRate {
  request: LoadRequest;
  perSecond: number;
  /** Called for each answer that counts. */
  onAnswer?: (answer: Answer) => void;
  /** True if a 503 is an outcome with a figure of its own, `refusedShare`, and no error. */
  mayRefuse?: boolean;
}

/** Not counted: connections are opened and code is compiled. */
const RATE_WARM_UP_SECONDS = 1;
const MOST_CONNECTIONS = 256;

/** Measures one window of requests at a fixed rate. */
export async function measureRate(
  { stack, options: { seconds }, signal }: Context,
  { request, perSecond, onAnswer, mayRefuse = false }: MeasuredRate,
): Promise<Run> {
  const { groups } = await stack.processes();
  const cpuSince = countCpuTime(groups);
  const { tally, errors, add } = createAnswerTally();
  const times: number[] = [];
  const late: number[] = [];
  let refused = 0;
  const connections = openConnections({ url: stack.url, connections: MOST_CONNECTIONS });
  try {
    await sendAtRate(connections, {
      perSecond,
      seconds: seconds + RATE_WARM_UP_SECONDS,
      next: () => request,
      onAnswer(answer, { tookMs, lateMs }, index) {
        const isCounted = index >= perSecond * RATE_WARM_UP_SECONDS;
        if (mayRefuse && answer.status === 503) return void (refused += isCounted ? 1 : 0);
        if (!isCounted || answer.status !== request.expected)
          return add({ ...answer, headers: {} }, request.expected);
        add(answer, request.expected);
        times.push(tookMs);
        late.push(lateMs);
        onAnswer?.(answer);
      },
      signal,
    });
  } finally {
    await connections.close();
  }
  const result = { perSecond: times.length / seconds, requests: times.length, ...latencies(times), errors };
  const hitShare = tally.hits / Math.max(1, times.length);
  const refusedShare = refused / Math.max(1, refused + times.length);
  return toRun(result, cpuSince(), {
    hitShare,
    senderLateP99Ms: percentile(late, 0.99),
    ...(mayRefuse && { refusedShare }),
  });
}

/** Adds an error to a run whose answers were to come from the cache and did not. */
export function requireHits(run: Run): Run {
  const share = run.figures.hitShare ?? 0;
  const missing = Math.max(1, Math.round((1 - share) * run.requests));
  return share >= LEAST_HITS ? run : { ...run, errors: { ...run.errors, 'not from the cache': missing } };
}
