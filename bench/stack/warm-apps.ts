import { startLoad } from '../load/load';
import { pause } from '../load/pause';
import type { BenchContext } from './bench-context';

/** V8 compiles what has run some thousand times; before, a request costs twice as much. */
const REQUESTS_PER_WORKER = 5_000;
const LOOK_MS = 100;
export const LONGEST_WARM_UP_SECONDS = 6;

/** Reads until the code that every request runs through is compiled in each worker that has just started. */
export async function warmApps({ stack, fixtures, options, signal }: BenchContext, workers: number) {
  const path = await fixtures.taskPath();
  const { headers } = await fixtures.reader();
  const request = { method: 'GET', path, headers } as const;
  const load = startLoad({ url: stack.url, connections: options.connections, request, signal });
  const end = performance.now() + LONGEST_WARM_UP_SECONDS * 1_000;
  try {
    while (load.tally().answers < workers * REQUESTS_PER_WORKER && performance.now() < end)
      await pause(LOOK_MS, signal);
  } finally {
    await load.stop();
  }
}
