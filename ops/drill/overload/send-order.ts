import { setTimeout as sleep } from 'node:timers/promises';
import { p99 } from '../../../src/lib/percentile';
import { inTurns, startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, type Answer } from '../../../tools/load/connections';
import { sendAtRate } from '../../../tools/load/open-loop';
import { isRefusal } from './figures';
import type { Answers, Order, Sent, Stream } from './protocol';

/** Requests that are due within this time are sent together: waking up for each takes twice the CPU time. */
const TICK_MS = 3;

type Log = Pick<Answers, 'caches'> & Record<'dueMs' | 'tookMs' | 'statuses', number[]>;

const count = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1);

/** Sends the streams of an order, and returns once each request has an answer or has timed out. */
export async function sendOrder({ url, streams, sockets }: Order): Promise<Sent> {
  const connections = openConnections({ url, connections: sockets });
  const logs = new Map<string, Log>();
  const errors: Record<string, number> = {};
  const late: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const sleepUntil = (second: number) => sleep(Math.max(0, start + second * 1_000 - performance.now()));

  async function run({ kind, requests, begins, ends, ...stream }: Stream): Promise<void> {
    const log = logs.get(kind) ?? { dueMs: [], tookMs: [], statuses: [], caches: {} };
    logs.set(kind, log);
    const add = ({ status, headers, error }: Answer, due: number, tookMs: number) => {
      log.dueMs.push(due - start);
      log.tookMs.push(tookMs);
      log.statuses.push(status);
      const cache = headers['x-cache']?.toString();
      if (cache) count(log.caches, cache);
      if (error) count(errors, error);
      if (isRefusal(status) && !headers['retry-after']) count(errors, `${status} without Retry-After`);
    };
    const next = inTurns(requests);
    await sleepUntil(begins);
    if ('perSecond' in stream)
      return sendAtRate(connections, {
        perSecond: stream.perSecond,
        seconds: ends - begins,
        start: start + begins * 1_000,
        next,
        onAnswer(answer, { due, lateMs, tookMs }) {
          late.push(lateMs);
          add(answer, due, tookMs);
        },
        tickMs: TICK_MS,
      });
    const loop = startClosedLoop(connections, {
      clients: stream.clients,
      next,
      onAnswer: (answer, _request, ms) => add(answer, performance.now() - ms, ms),
    });
    await sleepUntil(ends);
    await loop.stop();
  }

  try {
    await Promise.all(streams.map(run));
  } finally {
    await connections.close();
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    kinds: Object.fromEntries([...logs].map(([kind, log]) => [kind, packed(log)])),
    errors,
    lateP99Ms: late.length > 0 ? p99(late) : 0,
    cores: (user + system) / 1_000 / (performance.now() - start),
  };
}

/** Packs the numbers, which go to another process. */
const packed = ({ dueMs, tookMs, statuses, caches }: Log): Answers => ({
  dueMs: Float64Array.from(dueMs),
  tookMs: Float64Array.from(tookMs),
  statuses: Uint16Array.from(statuses),
  caches,
});
