import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `ask` until it returns a truthy value, and returns that. @throws Error after `timeoutMs` */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  timeoutMs = 30_000,
): Promise<Exclude<T, false | null | undefined>> {
  const giveUp = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > giveUp) throw new Error(`The awaited condition was not met within ${timeoutMs} ms`);
    await sleep(50);
  }
}
