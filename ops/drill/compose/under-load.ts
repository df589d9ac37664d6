import { calm, describeFailures, prepareLoad, startLoad, type Account } from '../load';

const connections = 8;
const beforeMs = 3_000;
const afterMs = 4_000;

/**
 * Runs `work` under load, half of it POST /tasks, and prints what failed.
 *
 * @param mayFail true if requests of this time may fail, but none of those after it
 * @returns the number of requests that failed and should not have
 */
export async function underLoad(
  account: Account,
  title: string,
  work: () => Promise<unknown>,
  mayFail = false,
): Promise<number> {
  const load = startLoad({ connections, ...(await prepareLoad(account)), url: account.url });
  try {
    await calm(beforeMs);
    const before = load.take();
    const began = Date.now();
    await work();
    const seconds = (Date.now() - began) / 1_000;
    // Requests that are under way belong to the change.
    await calm(1_000);
    const during = load.take();
    await calm(afterMs);
    const after = load.take();
    const slowest = Math.max(0, ...during.times);
    console.log(
      `${title.padEnd(34)} ${seconds.toFixed(1).padStart(5)} s  ${describeFailures(during)}, slowest ${Math.round(slowest)} ms; after: ${describeFailures(after)}`,
    );
    return before.failed + after.failed + (mayFail ? 0 : during.failed);
  } finally {
    await load.stop();
  }
}
