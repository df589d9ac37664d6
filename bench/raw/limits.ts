import { countCpuTime, LOAD_GENERATOR } from '../figures/cpu-time';
import { startLoad } from '../load/load';
import { perRequest } from '../load/measure-load';
import { pause } from '../load/pause';
import type { BenchContext } from '../stack/bench-context';
import type { RawLimit } from '../store/result-types';
import { measureHashRate } from './hash-rate';
import type { RawAnswer } from './protocol';
import { measureRedisRate } from './redis-rate';
import { startRawServers } from './servers';

type RawName = RawLimit['name'];

/** What one window tells of a limit. */
export interface RawRun {
  perSecond: number;
  cpuMicrosPerRequest?: Record<string, number>;
  errors: Record<string, number>;
}

/** By how the limit is found; those of HTTP are measured in the place of the API's workers. */
const HTTP = {
  'node-http': { server: 'node-http', answer: 'task', isConditional: false },
  express: { server: 'express', answer: 'task', isConditional: false },
  'express-not-modified': { server: 'express', answer: 'task', isConditional: true },
  'express-list': { server: 'express', answer: 'list', isConditional: false },
} as const;
type HttpName = keyof typeof HTTP;
const isHttp = (name: RawName): name is HttpName => name in HTTP;

/** Without what Express, NGINX and helmet add by themselves. */
const ESSENTIAL = ['Content-Type', 'ETag', 'Cache-Control', 'X-Cache', 'Link', 'X-Total-Count'];
/** The servers are new: their code is to be compiled first. */
const WARM_UP_MS = 1_000;

export const rawSeconds = (seconds: number): number => Math.max(1, seconds / 2);
export const unitOf = (name: RawName): RawLimit['unit'] =>
  name === 'hash' ? 'hashes' : name === 'redis-get' ? 'commands' : 'requests';

async function askFor(url: string, path: string, headers: Record<string, string>): Promise<RawAnswer> {
  const response = await fetch(`${url}${path}`, {
    headers: { ...headers, 'accept-encoding': 'identity' },
  });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
  const kept = ESSENTIAL.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { path, headers: Object.fromEntries(kept) as Record<string, string>, body: await response.text() };
}

/** What the API answers, for the raw servers to repeat: to be asked for while it runs. */
export async function takeAnswers({ stack, fixtures }: BenchContext) {
  const task = await askFor(stack.url, await fixtures.taskPath(), (await fixtures.reader()).headers);
  const list = await askFor(stack.url, await fixtures.listPath(), (await fixtures.admin()).headers);
  return { task, list };
}
export type Answers = Awaited<ReturnType<typeof takeAnswers>>;

/** With the apps stopped, and NGINX as it was for so many workers. */
export async function measureRawLimit(
  context: BenchContext,
  name: RawName,
  parallel: number,
  answers: Answers,
): Promise<RawRun> {
  const { stack, options, signal } = context;
  const seconds = rawSeconds(options.seconds);
  if (name === 'hash') {
    const cost = stack.bcryptCost();
    return { perSecond: await measureHashRate({ threads: parallel, cost, seconds, signal }), errors: {} };
  }
  if (!isHttp(name)) {
    const url = stack.info().services.redis?.url ?? '';
    const { connections } = options;
    const value = answers.task.body;
    return { perSecond: await measureRedisRate({ url, value, connections, seconds, signal }), errors: {} };
  }
  return measureHttp(context, name, parallel, answers);
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
  const raw = await startRawServers({ kind: server, ports, answers: Object.values(answers), signal });
  const groups = [
    { name: 'raw servers', pids: raw.pids },
    { name: 'NGINX', pids: stack.nginxPids },
    // Alone: the raw servers are its children.
    { name: LOAD_GENERATOR, pids: [process.pid], alone: true },
  ];
  const own = isConditional ? { 'if-none-match': headers.ETag ?? '' } : {};
  const request = { method: 'GET', path, headers: own } as const;
  const { connections } = options;
  const expectedStatus = isConditional ? 304 : 200;
  await askEach(`${stack.url}${path}`, parallel, signal).catch(async (error: Error) => {
    await raw.stop();
    throw error;
  });
  const load = startLoad({ url: stack.url, connections, request, expectedStatus, signal });
  try {
    await pause(WARM_UP_MS, signal);
    const cpuSince = countCpuTime(groups);
    const { perSecond, errors } = await load.measure(rawSeconds(options.seconds));
    return { perSecond, cpuMicrosPerRequest: perRequest(cpuSince(), perSecond), errors };
  } finally {
    await load.stop();
    await raw.stop();
  }
}

/** NGINX gives a port that it passed over one request, and no other before that is answered: not a load's first. */
async function askEach(url: string, ports: number, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < 2 * ports; count += 1) await (await fetch(url, { signal })).arrayBuffer();
}
