import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is truthy; fails after `timeoutMs`, by default long enough for a busy machine. */
export async function eventually<T>(ask: () => Promise<T> | T, timeoutMs = 30_000): Promise<NonNullable<T>> {
  const giveUp = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > giveUp) throw new Error(`It did not come about within ${timeoutMs} ms`);
    await sleep(50);
  }
}
