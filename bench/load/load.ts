import { setTimeout } from 'node:timers/promises';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Answer, type Request } from '../../tools/load/connections';
import { latencies } from '../figures/statistics';
import type { Run } from '../store/result-types';
import { createRateWindow } from './rate-window';

export interface LoadRequest extends Request {
  /** Status of the answer; any other counts as an error. */
  expected: number;
}

interface LoadOptions<T extends LoadRequest> {
  url: string;
  connections: number;
  next: () => T;
  onAnswer?: (answer: Answer, request: T) => void;
  signal: AbortSignal;
}

/** `errors`: unexpected statuses and requests without an answer since the load began. */
export type LoadResult = Omit<Run, 'cpu' | 'cpuMicrosPerRequest' | 'figures'>;

/** How much longer than wanted a window may take to close if answers are slow. */
const PATIENCE_MS = 30_000;

/** Counts by reason; the object itself goes into the results. */
export const addError = (errors: Record<string, number>, reason: string, count = 1): void =>
  void (errors[reason] = (errors[reason] ?? 0) + count);

/** Counts the unexpected answers and those that say whether they came from the cache. */
export function createAnswerTally() {
  const tally = { answers: 0, cacheable: 0, hits: 0, notModified: 0 };
  const errors: Record<string, number> = {};
  return {
    tally,
    errors,
    add({ status, headers, error }: Answer, expected: number): void {
      if (status !== expected) addError(errors, error ?? `${status} instead of ${expected}`);
      if (status === 0) return;
      tally.answers += 1;
      if (status === 304) tally.notModified += 1;
      if (headers['x-cache'] === undefined) return;
      tally.cacheable += 1;
      if (headers['x-cache'] === 'HIT') tally.hits += 1;
    },
  };
}

/** Sends as fast as answers come over each connection, until `stop`. */
export function startLoad<T extends LoadRequest>(options: LoadOptions<T>) {
  const { url, connections, next, onAnswer, signal } = options;
  const opened = openConnections({ url, connections });
  const { tally, errors, add } = createAnswerTally();
  let onTime: (ms: number) => void = () => {};
  const loop = startClosedLoop(opened, {
    clients: connections,
    next,
    onAnswer(answer, request, ms) {
      add(answer, request.expected);
      onAnswer?.(answer, request);
      if (answer.status > 0) onTime(ms);
    },
  });
  const close = () => void opened.close();
  signal.addEventListener('abort', close, { once: true });

  return {
    /** Returns the counts since the load began. */
    tally: () => ({ ...tally }),
    /** Counts the answers of the next `seconds`. */
    async measure(seconds: number): Promise<LoadResult> {
      const window = createRateWindow(seconds);
      const times: number[] = [];
      const closed = new Promise<void>((resolve) => {
        onTime = (ms) => {
          if (window.record(performance.now())) times.push(ms);
          if (window.isClosed()) resolve();
        };
      });
      const patience = new AbortController();
      const waiting = { signal: AbortSignal.any([signal, patience.signal]) };
      await Promise.race([closed, setTimeout(seconds * 1_000 + PATIENCE_MS, undefined, waiting)]);
      patience.abort();
      onTime = () => {};
      if (!window.isClosed()) addError(errors, 'too few answers');
      return { perSecond: window.perSecond(), requests: times.length, ...latencies(times), errors };
    },
    /** Waits for the answers that are under way, so that the next run finds no queue. */
    async stop(): Promise<void> {
      signal.removeEventListener('abort', close);
      if (!signal.aborted) await loop.stop();
      await opened.close();
    },
  };
}
