import autocannon from 'autocannon';
import { latencies } from '../figures/statistics';
import type { Run } from '../store/result-types';
import { requireLoopback } from './loopback';
import { pause } from './pause';
import { createRateWindow } from './rate-window';

interface LoadOptions {
  url: string;
  connections: number;
  request: autocannon.Request;
  /** Any other is counted as an error; undefined: `request.onResponse` judges and calls `tell`. */
  expectedStatus?: number;
  signal: AbortSignal;
}

/** `errors`: since the load began, answers with another status, and requests without an answer. */
export type LoadResult = Omit<Run, 'cpu' | 'cpuMicrosPerRequest' | 'figures'>;

/** How much longer than wanted a window may take to close, where answers are slow. */
const PATIENCE_MS = 30_000;

/**
 * autocannon, sending as fast as answers come over each kept-alive connection, until `stop`. Latencies are
 * taken from its events: its own histogram has whole milliseconds, and knows no warm-up.
 */
export function startLoad({ url, connections, request, expectedStatus, signal }: LoadOptions) {
  requireLoopback(url);
  let onAnswer: (ms: number) => void = () => {};
  const errors: Record<string, number> = {};
  const tell = (what: string) => (errors[what] = (errors[what] ?? 0) + 1);
  const tally: Tally = { answers: 0, cacheable: 0, hits: 0, notModified: 0 };

  let instance!: autocannon.Instance;
  const ended = new Promise<void>((resolve, reject) => {
    const requests = [withOwnHeaders(request)];
    const options = { url, connections, requests, duration: 86_400, timeout: 20, sampleInt: 250 };
    const setupClient = (client: autocannon.Client) => watchClient(client, tally, tell);
    instance = autocannon({ ...options, setupClient }, (error: Error | null) => {
      if (error) reject(error);
      else resolve();
    });
  });
  ended.catch(() => {});
  instance.on('response', (_client, status, _bytes, ms) => {
    if (expectedStatus !== undefined && status !== expectedStatus) tell(String(status));
    onAnswer(ms);
  });
  const stop = () => instance.stop();
  signal.addEventListener('abort', stop, { once: true });

  return {
    tally: () => ({ ...tally }),
    /** Counts what is answered during the next `seconds`. */
    async measure(seconds: number): Promise<LoadResult> {
      const window = createRateWindow(seconds);
      const times: number[] = [];
      const closed = new Promise<void>((resolve) => {
        onAnswer = (ms) => {
          if (window.record(performance.now())) times.push(ms);
          if (window.isClosed()) resolve();
        };
      });
      const patience = new AbortController();
      const waiting = AbortSignal.any([signal, patience.signal]);
      await Promise.race([closed, pause(seconds * 1_000 + PATIENCE_MS, waiting)]);
      patience.abort();
      onAnswer = () => {};
      if (!window.isClosed()) tell('too few answers');
      return { perSecond: window.perSecond(), requests: times.length, ...latencies(times), errors };
    },
    async stop(): Promise<void> {
      signal.removeEventListener('abort', stop);
      stop();
      await ended;
    },
  };
}

/** autocannon writes a body's length into the headers that it is given, where the next request would find it. */
function withOwnHeaders(request: autocannon.Request): autocannon.Request {
  const { setupRequest } = request;
  if (typeof setupRequest !== 'function') return request;
  return {
    ...request,
    setupRequest: (common, context) => {
      const made = setupRequest({ ...common, headers: { ...request.headers } }, context);
      return { ...made, headers: { ...made.headers } };
    },
  };
}

/** Of answers, since the load began. */
interface Tally {
  answers: number;
  /** They told whether they came from the cache. */
  cacheable: number;
  hits: number;
  notModified: number;
}

interface ParsedHead {
  statusCode: number;
  /** Names and values in turns. */
  headers: string[];
}

/** Where a connection ends under a request, autocannon connects anew and sends the next, and tells nobody. */
function watchClient(client: autocannon.Client, tally: Tally, tell: (what: string) => void): void {
  let isWaiting = false;
  let reason: string | undefined;
  const events: NodeJS.EventEmitter = client;
  events.on('connError', (error: Error) => (reason = error.message));
  events.on('request', () => {
    if (isWaiting) tell(reason ?? 'no answer: the connection ended, or 20 s were over');
    isWaiting = true;
    reason = undefined;
  });
  events.on('headers', ({ statusCode, headers }: ParsedHead) => {
    tally.answers += 1;
    if (statusCode === 304) tally.notModified += 1;
    const at = headers.indexOf('X-Cache');
    if (at < 0) return;
    tally.cacheable += 1;
    if (headers[at + 1] === 'HIT') tally.hits += 1;
  });
  events.on('response', () => (isWaiting = false));
}
