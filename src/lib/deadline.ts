import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves like `work`, or to `late` if `work` takes longer than `ms`. */
export async function within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  const timer = new AbortController();
  const tooLate = sleep(ms, late, { signal: timer.signal, ref: false });
  // The abort below rejects it if `work` was first.
  tooLate.catch(() => {});
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
  }
}
/** @throws Error with the message `late` if `work` takes longer than `ms` */
export async function requireWithin<T>(work: Promise<T>, ms: number, late: string): Promise<T> {
  const answer = await within(work, ms, LATE);
  if (answer === LATE) throw new Error(late);
  return answer;
}

const LATE = Symbol('late');
