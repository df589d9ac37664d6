import autocannon from 'autocannon';
import { requireLoopback } from './loopback';
import { pause } from './pause';
import { createRateWindow } from './rate-window';
import { latencies } from './statistics';

interface LoadOptions {
  url: string;
  connections: number;
  request: autocannon.Request;
  expectedStatus: number;
  signal: AbortSignal;
}

export interface LoadResult {
  perSecond: number;
  requests: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Since the load began: answers with another status, and requests without one. */
  unexpected: Record<string, number>;
}

export type Load = ReturnType<typeof startLoad>;

/** How much longer than wanted a window may take to close, where answers are slow. */
const PATIENCE_MS = 30_000;

/**
 * autocannon, sending as fast as answers come over each kept-alive connection, until `stop`. Latencies are
 * taken from its events: its own histogram has whole milliseconds, and knows no warm-up.
 */
export function startLoad({ url, connections, request, expectedStatus, signal }: LoadOptions) {
  requireLoopback(url);
  let onAnswer: (ms: number) => void = () => {};
  const unexpected: Record<string, number> = {};
  const tell = (what: string) => (unexpected[what] = (unexpected[what] ?? 0) + 1);

  let instance!: autocannon.Instance;
  const ended = new Promise<void>((resolve, reject) => {
    const options = { url, connections, requests: [request], duration: 86_400, timeout: 20, sampleInt: 250 };
    instance = autocannon(options, (error: Error | null) => {
      if (error) reject(error);
      else resolve();
    });
  });
  ended.catch(() => {});
  instance.on('response', (_client, status, _bytes, ms) => {
    if (status !== expectedStatus) tell(String(status));
    onAnswer(ms);
  });
  instance.on('reqError', (error: Error) => tell(error.message));
  const stop = () => instance.stop();
  signal.addEventListener('abort', stop, { once: true });

  return {
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
      await Promise.race([closed, pause(seconds * 1_000 + PATIENCE_MS, signal)]);
      onAnswer = () => {};
      if (!window.isClosed()) tell('too few answers');
      return { perSecond: window.perSecond(), requests: times.length, ...latencies(times), unexpected };
    },
    async stop(): Promise<void> {
      signal.removeEventListener('abort', stop);
      stop();
      await ended;
    },
  };
}
