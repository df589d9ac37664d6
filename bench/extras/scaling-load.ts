import { cores as ownCores } from '../../src/process/cores';
import type { Quota } from '../../tools/quota/quota';
import { countCpuTime, OTHERS, STOLEN, type CpuUse } from '../figures/cpu-time';
import { startLoad, type LoadRequest } from '../load/load';
import { measureLoad, perRequest, requireHits } from '../load/measure';
import { nextSignUp } from '../scenarios/closed-loops';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { holdWorkers } from './held-workers';

export interface ScalingLoad {
  scenario: string;
  next: () => LoadRequest;
  /** The load grows with the number of workers. */
  connectionsPerWorker: number;
  /** True if any answer that is not from the cache is an error. */
  isCached?: boolean;
}

/**
 * A held worker runs for 4 ms (a tick of the kernel's clock) at a time, in which it answers about ten reads. With more at a
 * time it refuses some: it is 60 ms late between its turns, and all reads come from one address.
 */
const READ_CONNECTIONS = 8;
/** A held worker hashes six times a second, and refuses a sign-up that would wait for longer than 2 s. */
const SIGN_UP_CONNECTIONS = 4;
const RISES_MS = 1_500;
const WARM_UP_STEP_SECONDS = 4;
/** A worker is slow until its hot code is compiled, which depends on how often it has run. */
const WARM_REQUESTS_PER_WORKER = 4_000;
/** Workers are warm once an answer gets no cheaper than this share of the step before. */
const STILL_FALLING = 0.97;
export const WARM_UP_SECONDS = 40;

/** Shares of all cores: for the workers together at first, and for all of the bench at most. */
const API_SHARE = 0.6;
const OWN_SHARE = 0.8;
/** Above it the host itself may be what limits the workers. */
const FULL_SHARE = 0.9;
const MARGIN = 0.95;
/** Share of the quotas of all workers. */
const USED_UP = 0.9;
const TRIES = 3;
const TRIAL_SECONDS = 3;

const cores = ownCores.count;
const round3 = (value: number) => Math.round(value * 1_000) / 1_000;

/** Prepares the loads; call it while the API is not held yet. */
export async function makeScalingLoads({ fixtures }: BenchContext): Promise<ScalingLoad[]> {
  const read = await fixtures.taskRead();
  return [
    { scenario: 'sign-up', next: nextSignUp, connectionsPerWorker: SIGN_UP_CONNECTIONS },
    { scenario: 'cached-read', next: () => read, connectionsPerWorker: READ_CONNECTIONS, isCached: true },
  ];
}

/**
 * Warms the workers before they are held: compiling takes seconds of CPU time, which is a minute for a held worker. Ends
 * when each worker has answered often and an answer gets no cheaper, or when the time is over.
 */
export async function warmUp(
  { stack, signal }: Pick<BenchContext, 'stack' | 'signal'>,
  { next, connectionsPerWorker }: Pick<ScalingLoad, 'next' | 'connectionsPerWorker'>,
  workers: number,
) {
  const { groups } = await stack.processes();
  const load = startLoad({ url: stack.url, connections: workers * connectionsPerWorker, next, signal });
  const end = performance.now() + WARM_UP_SECONDS * 1_000;
  try {
    for (let answered = 0, last = Infinity; performance.now() < end;) {
      const cpuSince = countCpuTime(groups);
      const { requests, perSecond } = await load.measure(WARM_UP_STEP_SECONDS);
      const micros = apiCores(perRequest(cpuSince(), perSecond));
      answered += requests;
      if (answered >= workers * WARM_REQUESTS_PER_WORKER && micros >= STILL_FALLING * last) break;
      last = micros;
    }
  } finally {
    await load.stop();
  }
}

/** Measures one window with so many workers listed in NGINX. */
export async function runScalingLoad(
  context: BenchContext,
  { isCached, next, connectionsPerWorker }: ScalingLoad,
  { workers, seconds }: { workers: number; seconds: number },
): Promise<Run> {
  const connections = workers * connectionsPerWorker;
  const run = await measureLoad(context, { next, connections, seconds, warmUpMs: RISES_MS, areHeld: true });
  return isCached ? requireHits(run) : run;
}

/** Finds the largest quota, up to a share of the cores, with which all workers and their servers fit on the host. */
export async function chooseQuota(context: BenchContext, quota: Quota, load: ScalingLoad, workers: number) {
  const { stack, say } = context;
  let quotaCores = round3((cores * API_SHARE) / workers);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await holdWorkers({ stack, quota, cores: quotaCores });
    const { cpu } = await runScalingLoad(context, load, { workers, seconds: TRIAL_SECONDS });
    const used = benchCores(cpu);
    const inUse = `${used.toFixed(2)} of ${cores} cores in use`;
    say(`scaling: ${load.scenario}, ${workers} workers at ${quotaCores} cores: ${inUse}`);
    const largest = round3((quotaCores * OWN_SHARE * cores * MARGIN) / used);
    // Workers below their quota are limited by something else and would not use a larger one.
    const isUsedUp = apiCores(cpu) >= USED_UP * workers * quotaCores;
    const isTooLarge = used > OWN_SHARE * cores;
    if (!isTooLarge && !(isUsedUp && largest > quotaCores)) break;
    quotaCores = largest;
  }
  return quotaCores;
}

const sumIf = (cpu: CpuUse = {}, counts: (name: string) => boolean) =>
  Object.entries(cpu).reduce((total, [name, value]) => total + (counts(name) ? value : 0), 0);

/** Sums the use of the API workers, of everything that the bench runs, and of the whole host. */
export const apiCores = (cpu?: CpuUse) => sumIf(cpu, (name) => name.startsWith('API'));
export const benchCores = (cpu?: CpuUse) => sumIf(cpu, (name) => name !== OTHERS && name !== STOLEN);
export const machineCores = (cpu?: CpuUse) => sumIf(cpu, () => true);

export const isMachineFull = ({ cpu }: Run): boolean => machineCores(cpu) >= FULL_SHARE * cores;
