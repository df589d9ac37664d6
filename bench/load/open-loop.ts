import http from 'node:http';
import { latencies, percentile } from '../figures/statistics';
import type { LoadResult } from './load';
import { requireLoopback } from './loopback';
import { pause } from './pause';

interface OpenLoopOptions {
  url: string;
  headers: Record<string, string>;
  perSecond: number;
  seconds: number;
  signal: AbortSignal;
  /** Told the headers of each answer that counts. */
  onHeaders?: (headers: http.IncomingHttpHeaders) => void;
}

/** `errors`: answers with another status than 200, and requests without one. */
export interface OpenLoopResult extends LoadResult {
  /** How late the sender itself was; a part of the latencies. */
  latenessP99Ms: number;
  /** Answers with `X-Cache: HIT`, of all. */
  hits: number;
}

const TIMEOUT_MS = 20_000;
/** Not counted: the first connections are opened, and code gets warm. */
const WARM_UP_SECONDS = 1;

/**
 * Sends GETs at a held rate, whether or not answers come, and takes each latency from the moment at which
 * the request was due: a server that stalls can't make the sender wait and so hide the stall (coordinated
 * omission). autocannon's `overallRate` would send a second's requests in one burst, and its correction
 * assumes one request per millisecond.
 */
export async function sendAtRate({ url, headers, perSecond, seconds, signal, onHeaders }: OpenLoopOptions) {
  requireLoopback(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const times: number[] = [];
  const lateness: number[] = [];
  const errors: Record<string, number> = {};
  let hits = 0;

  const send = (due: number, counts: boolean) =>
    new Promise<void>((resolve) => {
      const sentAt = performance.now();
      const fail = (what: string) => {
        errors[what] = (errors[what] ?? 0) + 1;
        resolve();
      };
      const request = http.get(url, { agent, headers, timeout: TIMEOUT_MS }, (response) => {
        response.on('error', (error) => fail(error.message));
        response.resume().on('end', () => {
          if (response.statusCode !== 200) return fail(String(response.statusCode));
          if (counts) {
            times.push(performance.now() - due);
            lateness.push(sentAt - due);
            onHeaders?.(response.headers);
            if (response.headers['x-cache'] === 'HIT') hits += 1;
          }
          resolve();
        });
      });
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.on('error', (error) => fail(error.message));
    });

  const answers: Promise<void>[] = [];
  const warmUp = perSecond * WARM_UP_SECONDS;
  const start = performance.now();
  try {
    for (let sent = 0; sent < warmUp + perSecond * seconds; sent += 1) {
      const due = start + (sent * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await pause(wait, signal);
      answers.push(send(due, sent >= warmUp));
    }
    await Promise.all(answers);
  } finally {
    agent.destroy();
  }
  return {
    perSecond: times.length / seconds,
    requests: times.length,
    ...latencies(times),
    latenessP99Ms: percentile(lateness, 0.99),
    hits,
    errors,
  } satisfies OpenLoopResult;
}
