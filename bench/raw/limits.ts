import { setTimeout as pause } from 'node:timers/promises';
import { countCpuTime, LOAD_GENERATOR } from '../figures/cpu-time';
import { startLoad } from '../load/load';
import { perRequest } from '../load/measure';
import type { BenchContext } from '../stack/bench-context';
import type { RawLimit } from '../store/result-types';
import type { RawAnswer } from './protocol';
import { measureHashRate, measureRedisRate } from './rates';
import { startRawServers } from './servers';

type RawName = RawLimit['name'];

/** One window of a limit. */
export interface RawRun {
  perSecond: number;
  cpuMicrosPerRequest?: Record<string, number>;
  errors: Record<string, number>;
}

/** Limits of HTTP servers that take the place of the API workers. */
const HTTP = {
  'node-http': { server: 'node-http', answer: 'task', isConditional: false },
  express: { server: 'express', answer: 'task', isConditional: false },
  'express-not-modified': { server: 'express', answer: 'task', isConditional: true },
  'express-list': { server: 'express', answer: 'list', isConditional: false },
} as const;
type HttpName = keyof typeof HTTP;
const isHttp = (name: RawName): name is HttpName => name in HTTP;

/** The headers that Express, NGINX and helmet do not add by themselves. */
const ESSENTIAL = ['Content-Type', 'ETag', 'Cache-Control', 'X-Cache', 'Link', 'X-Total-Count'];
/** Time until the new servers have compiled their code. */
const WARM_UP_MS = 1_000;

export const rawSeconds = (seconds: number): number => Math.max(1, seconds / 2);
export const unitOf = (name: RawName): RawLimit['unit'] =>
  name === 'hash' ? 'hashes' : name === 'redis-get' ? 'commands' : 'requests';

async function takeAnswer(url: string, read: Pick<RawAnswer, 'path' | 'headers'>): Promise<RawAnswer> {
  const { path } = read;
  const headers = { ...read.headers, 'accept-encoding': 'identity' };
  const response = await fetch(`${url}${path}`, { headers });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
  const kept = ESSENTIAL.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { path, headers: Object.fromEntries(kept), body: await response.text() };
}

/** Takes the API's answers, which the raw servers repeat; call it while the API runs. */
export async function takeAnswers({ stack, fixtures }: BenchContext) {
  const task = await takeAnswer(stack.url, await fixtures.taskRead());
  const list = await takeAnswer(stack.url, await fixtures.listRead());
  return { task, list };
}
export type Answers = Awaited<ReturnType<typeof takeAnswers>>;

/** Measures a limit while the apps are stopped and NGINX is configured for `parallel` workers. */
export async function measureRawLimit(
  context: BenchContext,
  name: RawName,
  parallel: number,
  answers: Answers,
): Promise<RawRun> {
  const { stack, options, signal } = context;
  if (isHttp(name)) return measureHttp(context, name, parallel, answers);
  const window = { seconds: rawSeconds(options.seconds), signal };
  const url = stack.info().services.redis?.url ?? '';
  const perSecond =
    name === 'hash'
      ? await measureHashRate({ threads: parallel, cost: stack.bcryptCost(), ...window })
      : await measureRedisRate({ url, value: answers.task.body, lanes: options.connections, ...window });
  return { perSecond, errors: {} };
}

async function measureHttp(
  { stack, options, signal }: BenchContext,
  name: HttpName,
  parallel: number,
  answers: Answers,
): Promise<RawRun> {
  const { server, answer, isConditional } = HTTP[name];
  const basePort = stack.info().ports.api!;
  const ports = Array.from({ length: parallel }, (_, index) => basePort + index);
  const { path, headers } = answers[answer];
  const own: Record<string, string> = isConditional ? { 'if-none-match': headers.ETag ?? '' } : {};
  const raw = await startRawServers({ kind: server, ports, answers: Object.values(answers), signal });
  try {
    await requestEach(`${stack.url}${path}`, parallel, signal);
    const expected = isConditional ? 304 : 200;
    const next = () => ({ method: 'GET', path, headers: own, expected }) as const;
    const load = startLoad({ url: stack.url, connections: options.connections, next, signal });
    try {
      await pause(WARM_UP_MS, undefined, { signal });
      const cpuSince = countCpuTime([
        { name: 'raw servers', pids: raw.pids },
        { name: 'NGINX', pids: stack.nginxPids },
        // Alone: the raw servers are its children.
        { name: LOAD_GENERATOR, pids: [process.pid], alone: true },
      ]);
      const { perSecond, errors } = await load.measure(rawSeconds(options.seconds));
      return { perSecond, cpuMicrosPerRequest: perRequest(cpuSince(), perSecond), errors };
    } finally {
      await load.stop();
    }
  } finally {
    await raw.stop();
  }
}

/** NGINX tries a port that failed before with one request only, which must not be the first of the load. */
async function requestEach(url: string, ports: number, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < 2 * ports; count += 1) await (await fetch(url, { signal })).arrayBuffer();
}
