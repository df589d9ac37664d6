import type { Part } from './part';
import { startScrapes } from './scrapes';
import { BY_TIME } from './stack';
import { underLoad } from './under-load';

const rounds = 3;

/** Scales to three containers of the API and back, and watches the counters of all of them. */
export const scaleContainers: Part = async ({ stack, account, faults }) => {
  const scrapes = await startScrapes(stack);
  for (let round = 1; round <= rounds; round += 1)
    for (const count of [3, 1]) {
      const change = () => stack.up(['--scale', `api=${count}`]);
      const failed = await underLoad(account, `--scale api=${count}`, change);
      if (failed > 0) faults.push(`--scale api=${count}, round ${round}: ${failed} requests failed`);
    }
  const { scrapes: taken, misses, hosts, series, fallen } = await scrapes.stop();
  console.log(
    `${taken} scrapes of ${series} counters of ${hosts} containers: ${fallen.length} fell, ${misses} failed`,
  );
  if (fallen.length > 0) faults.push(`${fallen.length} counters fell, such as ${fallen[0]}`);
  if (hosts < 3) faults.push(`the counters are those of ${hosts} containers`);
};

/** Has NGINX with Lua join a stack that runs, scales behind it, and takes it out again. */
export const switchBalancing: Part = async ({ stack, account, faults }) => {
  const toTime = await underLoad(account, `with ${BY_TIME}`, () => stack.up([], [BY_TIME]), true);
  if (toTime > 0) faults.push(`${BY_TIME} over a running stack: ${toTime} requests failed afterwards`);
  for (const count of [3, 1]) {
    const change = () => stack.up(['--scale', `api=${count}`], [BY_TIME]);
    const failed = await underLoad(account, `by response time, api=${count}`, change);
    if (failed > 0) faults.push(`by response time, --scale api=${count}: ${failed} requests failed`);
  }
  const back = await underLoad(account, 'back to round robin', () => stack.up(), true);
  if (back > 0) faults.push(`back to round robin: ${back} requests failed afterwards`);
};
