import { setTimeout } from 'node:timers/promises';
import type { Answer, Connections, Request } from './connections';

interface Times {
  /** When the request was due, on the clock of `performance.now()`. */
  due: number;
  /** Milliseconds from then to sending it: how late the sender was. */
  lateMs: number;
  /** Milliseconds from then to the end of the answer. */
  tookMs: number;
}

interface OpenLoop<T extends Request> {
  perSecond: number;
  seconds: number;
  /** When the first request is due, on the clock of `performance.now()`; now by default. */
  start?: number;
  next: (index: number) => T;
  onAnswer: (answer: Answer, times: Times, index: number) => void;
  /** Least pause between two sends: requests due within it go together, which saves CPU time at high rates. */
  tickMs?: number;
  signal?: AbortSignal;
}

/**
 * Sends requests at a fixed rate, whether or not answers come, and returns when all are answered. A latency counts from
 * the moment at which the request was due: a server that stalls cannot make the sender wait and so hide the stall
 * (coordinated omission).
 * @throws AbortError if `signal` is aborted
 */
export async function sendAtRate<T extends Request>(
  connections: Connections,
  { perSecond, seconds, start = performance.now(), next, onAnswer, tickMs = 0, signal }: OpenLoop<T>,
): Promise<void> {
  const count = Math.round(perSecond * seconds);
  const waiting = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    const due = start + (index * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await setTimeout(Math.max(wait, tickMs), undefined, { signal });
    const lateMs = Math.max(0, performance.now() - due);
    const answered = new Promise<void>((resolve) => {
      connections.send(next(index), (answer) => {
        onAnswer(answer, { due, lateMs, tookMs: performance.now() - due }, index);
        resolve();
      });
    });
    waiting.add(answered);
    void answered.then(() => waiting.delete(answered));
  }
  await Promise.all(waiting);
}
