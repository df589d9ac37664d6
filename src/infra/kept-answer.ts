import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One question at a time, however many ask, and its answer is kept for `keptMs`: many probes cost a server as
 * much as one, also when it is frozen.
 */
export function keepAnswer<T>(ask: () => Promise<T>, keptMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let settledAt = Infinity;
  return () => {
    if (!answer || performance.now() - settledAt > keptMs) {
      settledAt = Infinity;
      const settled = () => void (settledAt = performance.now());
      answer = ask();
      answer.then(settled, settled);
    }
    return answer;
  };
}

/** What `work` gives, or `late` where that takes longer than `ms`. */
export async function within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  const timer = new AbortController();
  const tooLate = sleep(ms, late, { signal: timer.signal, ref: false });
  // It is aborted when the other was first.
  tooLate.catch(() => {});
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
  }
}
