import type autocannon from 'autocannon';
import type { BenchContext } from '../bench-context';
import { countCpuTime, OTHERS, STOLEN } from '../cpu-time';
import { startLoad } from '../load';
import { pause } from '../pause';
import { makeAdmin, makeTask, newPerson, signUp } from '../people';

type Context = Pick<BenchContext, 'stack' | 'signal'>;

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
const WARM_UP_MS = 2_000;
/** Until what the last load has left in the queues is done. */
const QUEUES_EMPTY_MS = 1_500;

/** They need an API that is not held yet. */
export async function makeScalingLoads({ stack }: Context): Promise<ScalingLoad[]> {
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
    { scenario: 'cached-read', expectedStatus: 200, request: { method: 'GET', path, headers: reader.headers } },
  ];
}

export type ScalingRun = Awaited<ReturnType<typeof runScalingLoad>>;

/** One window with so many workers listed. */
export async function runScalingLoad(
  { stack, signal }: Context,
  { request, expectedStatus }: ScalingLoad,
  { workers, seconds }: { workers: number; seconds: number },
) {
  const groups = await stack.processGroups();
  const connections = workers * CONNECTIONS_PER_WORKER;
  const load = startLoad({ url: stack.url, connections, request, expectedStatus, signal });
  try {
    await pause(WARM_UP_MS, signal);
    const cpuSince = countCpuTime(groups);
    const { perSecond, unexpected: errors } = await load.measure(seconds);
    const cpu = cpuSince() ?? {};
    const cores = Object.values(cpu).reduce((sum, value) => sum + value, 0);
    const apiCores = Object.entries(cpu).reduce(
      (sum, [name, value]) => sum + (name.startsWith('API') ? value : 0),
      0,
    );
    const ownCores = cores - (cpu[OTHERS] ?? 0) - (cpu[STOLEN] ?? 0);
    return { perSecond, errors, cores, ownCores, apiCores };
  } finally {
    await load.stop();
    await pause(QUEUES_EMPTY_MS, signal);
  }
}
