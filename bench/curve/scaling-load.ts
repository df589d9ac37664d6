import type autocannon from 'autocannon';
import { countCpuTime, OTHERS, STOLEN, type CpuUse } from '../figures/cpu-time';
import { startLoad } from '../load/load';
import { measureLoad, perRequest, requireHits } from '../load/measure-load';
import { signUpRequest } from '../scenarios/sign-up';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';

export interface ScalingLoad {
  scenario: string;
  request: autocannon.Request;
  expectedStatus: number;
  /** Anything but an answer from the cache is a fault. */
  isCached?: boolean;
}

/**
 * For each worker as many, so that the load grows with them; and enough that one which may run always has something to
 * do: a held one runs for 4 ms (a tick of the kernel's clock) at a time, in which it answers ten reads or so.
 */
const CONNECTIONS_PER_WORKER = 16;
const RISES_MS = 1_500;
const WARM_UP_STEP_SECONDS = 4;
/** A worker is slow until its hot code is compiled, which goes by how often it has run. */
const WARM_REQUESTS_PER_WORKER = 4_000;
/** Warm is what got no cheaper by more than this in a step. */
const STILL_FALLING = 0.97;
export const WARM_UP_SECONDS = 40;

/** They need an API that is not held yet. */
export async function makeScalingLoads({ fixtures }: BenchContext): Promise<ScalingLoad[]> {
  const path = await fixtures.taskPath();
  const { headers } = await fixtures.reader();
  return [
    { scenario: 'sign-up', request: signUpRequest(), expectedStatus: 201 },
    {
      scenario: 'cached-read',
      request: { method: 'GET', path, headers },
      expectedStatus: 200,
      isCached: true,
    },
  ];
}

/**
 * While nothing is held: compiling takes seconds of CPU, which is a minute for a held worker. Until each has answered
 * often and an answer gets no cheaper, or the time is over.
 */
export async function warmUp(
  { stack, signal }: Pick<BenchContext, 'stack' | 'signal'>,
  { request, expectedStatus }: Pick<ScalingLoad, 'request' | 'expectedStatus'>,
  workers: number,
) {
  const { groups } = await stack.processes();
  const connections = workers * CONNECTIONS_PER_WORKER;
  const load = startLoad({ url: stack.url, connections, request, expectedStatus, signal });
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

/** One window with so many workers listed. */
export async function runScalingLoad(
  context: BenchContext,
  { isCached, request, expectedStatus }: ScalingLoad,
  { workers, seconds }: { workers: number; seconds: number },
): Promise<Run> {
  const connections = workers * CONNECTIONS_PER_WORKER;
  const window = { connections, seconds, warmUpMs: RISES_MS, areHeld: true };
  const run = await measureLoad(context, { request, expectedStatus, ...window });
  return isCached ? requireHits(run) : run;
}

const sum = (cpu: CpuUse = {}, counts: (name: string) => boolean) =>
  Object.entries(cpu).reduce((total, [name, value]) => total + (counts(name) ? value : 0), 0);

/** Of what is told by process group: the part of the API, of all that the bench runs, and of the machine. */
export const apiCores = (cpu?: CpuUse) => sum(cpu, (name) => name.startsWith('API'));
export const benchCores = (cpu?: CpuUse) => sum(cpu, (name) => name !== OTHERS && name !== STOLEN);
export const machineCores = (cpu?: CpuUse) => sum(cpu, () => true);
