import type autocannon from 'autocannon';
import type { BenchContext } from '../bench-context';
import { countCpuTime, OTHERS, STOLEN, type CpuUse, type ProcessGroup } from '../cpu-time';
import { startLoad } from '../load';
import { pause } from '../pause';
import { makeAdmin, makeTask, newPerson, signUp } from '../people';

export type ScalingContext = Pick<BenchContext, 'stack' | 'options' | 'signal' | 'say'>;

export interface ScalingLoad {
  scenario: string;
  request: autocannon.Request;
  expectedStatus: number;
}

/**
 * For each worker as many, so that the load grows with them. Requests are dealt out in turns whoever is busy: with
 * a few, a worker would now and then have none while they wait at others.
 */
const CONNECTIONS_PER_WORKER = 8;
const RISES_MS = 1_500;
/** A worker is slow until its hot code is compiled, which goes by how often it has run. */
const WARM_REQUESTS_PER_WORKER = 1_000;
const WARM_UP_MS = 30_000;
const WARM_UP_STEP_SECONDS = 5;

/** They need an API that is not held yet. */
export async function makeScalingLoads({ stack }: ScalingContext): Promise<ScalingLoad[]> {
  const admin = await makeAdmin(stack.url, stack.folder, stack.info().env);
  const reader = await signUp(stack.url);
  const path = await makeTask(stack.url, admin, reader);
  return [
    {
      scenario: 'sign-up',
      expectedStatus: 201,
      request: {
        method: 'POST',
        path: '/users/signup',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: JSON.stringify(newPerson()) }),
      },
    },
    {
      scenario: 'cached-read',
      expectedStatus: 200,
      request: { method: 'GET', path, headers: reader.headers },
    },
  ];
}

/** While nothing is held: compiling takes a second of CPU, which is a quarter of a minute for a held worker. */
export async function warmUp(
  { stack, signal }: Pick<ScalingContext, 'stack' | 'signal'>,
  scaling: Omit<ScalingLoad, 'scenario'>,
  workers: number,
) {
  const load = startLoad({
    url: stack.url,
    connections: workers * CONNECTIONS_PER_WORKER,
    ...scaling,
    signal,
  });
  const end = performance.now() + WARM_UP_MS;
  try {
    for (let answered = 0; answered < workers * WARM_REQUESTS_PER_WORKER && performance.now() < end;) {
      answered += (await load.measure(WARM_UP_STEP_SECONDS)).requests;
    }
  } finally {
    await load.stop();
  }
}

export type ScalingRun = Awaited<ReturnType<typeof runScalingLoad>>;

/** One window with so many workers listed. */
export async function runScalingLoad(
  { stack, signal }: ScalingContext,
  scaling: ScalingLoad,
  { workers, seconds, groups }: { workers: number; seconds: number; groups: ProcessGroup[] },
) {
  const load = startLoad({
    url: stack.url,
    connections: workers * CONNECTIONS_PER_WORKER,
    ...scaling,
    signal,
  });
  try {
    await pause(RISES_MS, signal);
    const cpuSince = countCpuTime(groups);
    const { perSecond, unexpected: errors } = await load.measure(seconds);
    return { perSecond, errors, cores: sumCores(cpuSince() ?? {}) };
  } finally {
    await load.stop();
  }
}

/** Busy cores: of the API, of all that the bench runs, and of the machine. */
function sumCores(cpu: CpuUse) {
  const sum = (counts: (name: string) => boolean) =>
    Object.entries(cpu).reduce((total, [name, value]) => total + (counts(name) ? value : 0), 0);
  return {
    api: sum((name) => name.startsWith('API')),
    bench: sum((name) => name !== OTHERS && name !== STOLEN),
    machine: sum(() => true),
  };
}
