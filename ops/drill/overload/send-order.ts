import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { percentile } from '../../../src/lib/percentile';
import { requireLoopback } from '../../../tools/load/connections';
import { createAnswerLog } from './answer-log';
import { isRefusal } from './figures';
import type { ClientStream, Order, RateStream, Request, Sent, Stream } from './protocol';

/** Longer than NGINX waits for a worker. */
const PATIENCE_MS = 25_000;
/** Requests that are due within it are sent together: to wake up for each would take twice the CPU time. */
const TICK_MS = 3;

/**
 * Sends the streams of an order and returns once each request has its answer, or has waited for 25 s.
 *
 * A latency counts from the moment at which the request was due: a server that stalls cannot make the sender wait and
 * so hide the stall (coordinated omission). undici is used for its cost: node:http takes two to three times the CPU
 * time, and the sender shares the cores with what it measures.
 */
export async function sendOrder({ url, streams, sockets }: Order): Promise<Sent> {
  requireLoopback(url);
  const pools = new Map<string, Pool>();
  const poolOf = (from = '127.0.0.1') => {
    const connect = { localAddress: from };
    const pool = pools.get(from) ?? new Pool(url, { connections: sockets, pipelining: 1, connect });
    pools.set(from, pool);
    return pool;
  };
  const log = createAnswerLog();
  for (const { kind } of streams) log.open(kind);
  const lateMs: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();

  const send = (kind: string, { from, ...request }: Request, due: number) =>
    new Promise<void>((resolve) => {
      let status = 0;
      let cache: string | undefined;
      const end = () => {
        const now = performance.now();
        log.add(kind, due - start, now - due, status, cache);
        resolve();
      };
      poolOf(from).dispatch(
        { ...request, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, code, headers) => {
            status = code;
            cache = headers['x-cache']?.toString();
            if (isRefusal(code) && !headers['retry-after']) log.addError(`${code} without Retry-After`);
          },
          onResponseData: () => {},
          onResponseEnd: end,
          onResponseError: (_controller, error) => {
            status = 0;
            log.addError((error as NodeJS.ErrnoException).code ?? error.message);
            end();
          },
        },
      );
    });

  async function sendAtRate({ kind, requests, perSecond, begins, ends }: RateStream): Promise<void> {
    const waiting = new Set<Promise<void>>();
    const count = Math.round((ends - begins) * perSecond);
    for (let sent = 0; sent < count; sent += 1) {
      const due = start + begins * 1_000 + (sent * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await sleep(Math.max(wait, TICK_MS));
      lateMs.push(Math.max(0, performance.now() - due));
      const answered = send(kind, requests[sent % requests.length]!, due);
      waiting.add(answered);
      void answered.then(() => waiting.delete(answered));
    }
    await Promise.all(waiting);
  }

  async function sendAsClients({ kind, requests, clients, begins, ends }: ClientStream): Promise<void> {
    await sleep(begins * 1_000);
    const end = start + ends * 1_000;
    let sent = 0;
    const client = async () => {
      while (performance.now() < end)
        await send(kind, requests[sent++ % requests.length]!, performance.now());
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  const run = (stream: Stream) => ('perSecond' in stream ? sendAtRate(stream) : sendAsClients(stream));
  try {
    await Promise.all(streams.map(run));
  } finally {
    await Promise.all([...pools.values()].map((pool) => pool.destroy()));
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    kinds: log.kinds(),
    errors: log.errors,
    lateP99Ms: lateMs.length > 0 ? percentile(lateMs, 0.99) : 0,
    cores: (user + system) / 1_000 / (performance.now() - start),
  };
}
