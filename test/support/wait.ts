import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is truthy; fails after `timeoutMs`. */
export async function eventually<T>(ask: () => Promise<T> | T, timeoutMs = 15_000): Promise<NonNullable<T>> {
  const giveUp = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > giveUp) throw new Error(`It did not come about within ${timeoutMs} ms`);
    await sleep(50);
  }
}
