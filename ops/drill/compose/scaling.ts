import type { Part } from './part';
import { startScrapes } from './scrapes';
import { BY_TIME } from './stack';
import { underLoad } from './under-load';

const rounds = 3;
const counts = [3, 1];
const changes = rounds * counts.length;

/** Scales to three containers of the API and back, and watches the counters of all of them. */
export const scaleContainers: Part = async ({ stack, account, faults }) => {
  const scrapes = await startScrapes(stack);
  try {
    for (let round = 1; round <= rounds; round += 1)
      for (const count of counts) {
        const change = () => stack.up(['--scale', `api=${count}`]);
        faults.push(...(await underLoad(account, `--scale api=${count}, round ${round}`, change)));
      }
  } finally {
    await scrapes.stop();
  }
  const { taken, misses, hosts, series, fallen } = scrapes.found();
  console.log(
    `${taken} scrapes of ${series} counters of ${hosts} containers: ${fallen.length} fell, ${misses} failed`,
  );
  if (fallen.length > 0) faults.push(`${fallen.length} counters fell, such as ${fallen[0]}`);
  // One may meet a container that ends, at each change.
  if (misses > changes) faults.push(`${misses} of ${taken + misses} scrapes failed`);
  if (hosts < 3) faults.push(`the counters are those of ${hosts} containers`);
};

/** Has NGINX with Lua join a stack that runs, scales behind it, and takes it out again. */
export const switchBalancing: Part = async ({ stack, account, faults }) => {
  faults.push(...(await underLoad(account, `with ${BY_TIME}`, () => stack.up([], [BY_TIME]), true)));
  for (const count of [3, 1]) {
    const change = () => stack.up(['--scale', `api=${count}`], [BY_TIME]);
    faults.push(...(await underLoad(account, `by response time, --scale api=${count}`, change)));
  }
  faults.push(...(await underLoad(account, 'back to round robin', () => stack.up(), true)));
};
