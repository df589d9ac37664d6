import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from '../stack/bench-context';
import { startLoad, type LoadRequest } from './load';

type Context = Pick<BenchContext, 'stack' | 'options' | 'signal'>;

/** V8 compiles code that has run some thousand times; before that a request costs twice as much. */
const REQUESTS_PER_WORKER = 5_000;
const LONGEST_WARM_UP_MS = 6_000;
const CHECK_MS = 100;

/** Sends requests until `count` are answered or `longestMs` are over. */
export async function sendUntil(
  { stack, options, signal }: Context,
  next: () => LoadRequest,
  { count, longestMs }: { count: number; longestMs: number },
): Promise<void> {
  const load = startLoad({ url: stack.url, connections: options.connections, next, signal });
  const end = performance.now() + longestMs;
  try {
    while (load.tally().answers < count && performance.now() < end)
      await pause(CHECK_MS, undefined, { signal });
  } finally {
    await load.stop();
  }
}

/** Reads until the code that each request runs through is compiled in all API workers. */
export async function warmApps(context: BenchContext, workers: number): Promise<void> {
  const read = await context.fixtures.taskRead();
  await sendUntil(context, () => read, {
    count: workers * REQUESTS_PER_WORKER,
    longestMs: LONGEST_WARM_UP_MS,
  });
}
