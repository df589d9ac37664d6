import { calm, describeFailures, faultOf, prepareLoad, startLoad, type Account } from '../load';
import { network } from './places';

const connections = 8;
const beforeMs = 3_000;
const afterMs = 4_000;

/**
 * Runs `work` under load, half of it POST /tasks, and prints what failed.
 *
 * @param mayFail true if requests of this time may fail, but none of those after it
 * @returns a line for each time in which requests failed that should not have, or none was answered
 */
export async function underLoad(
  account: Account,
  title: string,
  work: () => Promise<unknown>,
  mayFail = false,
): Promise<string[]> {
  const { url } = account;
  const load = startLoad({
    connections,
    ...(await prepareLoad(account)),
    url,
    ownNetwork: network.prefix,
  });
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
    return Object.entries({ before, ...(!mayFail && { during }), after }).flatMap(([when, taken]) => {
      const fault = faultOf(taken);
      return fault ? [`${title}, ${when}: ${fault}`] : [];
    });
  } finally {
    await load.stop();
  }
}
