import { setTimeout as sleep } from 'node:timers/promises';

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

/** @throws Error that says so where `work` takes longer than `ms` */
export async function requireWithin<T>(work: Promise<T>, ms: number, late: string): Promise<T> {
  const answer = await within(work, ms, LATE);
  if (answer === LATE) throw new Error(late);
  return answer;
}

const LATE = Symbol('late');
