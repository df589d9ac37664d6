// @ts-nocheck
import { apiName } from '../stack/app-names';
import { calm } from './calm';
import { prepareLoad, startLoad, describeFailures } from './load';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { withOwnStack } from './own-stack';
import { Stack } from '../stack/types';

const connections = 24;
const warmUpMs = 5_000;
/** How long the spread of requests is looked at after each change. */
const lookMs = 5_000;
/** Aimed at: how far a worker's share may be from an even one. */
const mostUneven = 0.05;
const steps = [2, 3, 4, 3, 2, 1, 4, 1];

/** How far the worker that is farthest from an even share is from it. */
function unevenness(workers: Record<string, number>, count: number) {
  const counts = Object.values(workers);
  if (counts.length !== count) return Infinity;
  const even = counts.reduce((sum, one) => sum + one, 0) / count;
  return Math.max(...counts.map((one) => Math.abs(one - even) / even));
}

/** Under load, to each number of workers in turn. */
async function changeTo(
  wanted: number[],
  {
    title,
    stack,
    account,
    faults,
    judgesSpread,
    mayFail = false,
  }: {
    title: string;
    judgesSpread: boolean;
    stack: Stack & Record<string, any>;
    account: { url: string; email: string; password: string };
    faults: any[];
    mayFail?: true;
  },
) {
  const { url } = account;
  const load = startLoad({ url, connections, ...(await prepareLoad(account)) });
  let workers = (await stack.apps()).filter(({ name }) => name === apiName).length;
  let failures = 0;
  console.log(`\n${title}`);
  try {
    await calm(warmUpMs);
    for (const count of wanted) {
      load.take();
      const began = Date.now();
      const notes: any[] = [];
      await stack.scaleUnderLoad(count, (text: any) => notes.push(text));
      const seconds = ((Date.now() - began) / 1_000).toFixed(1);
      // What is under way belongs to the change.
      await calm(500);
      const change = load.take();
      await calm(lookMs);
      const { workers: shares, ...after } = load.take();
      const uneven = unevenness(shares, count);
      const spread = Object.entries(shares)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, share]) => `${name} ${share}`)
        .join(', ');
      const failed = change.failed + after.failed;
      failures += failed;
      const kinds = describeFailures({
        answered: change.answered + after.answered,
        failed,
        failures: { ...change.failures, ...after.failures },
      });
      const shown = judgesSpread ? ` (${(uneven * 100).toFixed(1)} % from even)` : '';
      console.log(`${workers} → ${count}  ${seconds.padStart(5)} s  ${kinds}; ${spread}${shown}`);
      for (const note of notes.filter((text) => text.includes('NGINX was reloaded'))) {
        console.log(`       ${note}; ${change.connects} connections were made anew`);
      }
      if (judgesSpread && uneven > mostUneven)
        faults.push(`${title}, ${workers} → ${count}: a share is ${(uneven * 100).toFixed(1)} % from even`);
      workers = count;
    }
  } finally {
    await load.stop();
  }
  if (failures > 0 && !mayFail) faults.push(`${title}: ${failures} failed`);
}

/** Other numbers of workers under load. @returns what was not as promised */
export async function drillScaling(progress: any): Promise<string[]> {
  const faults: string[] | PromiseLike<string[]> = [];
  await withOwnStack(progress, { apiWorkers: 1 }, async ({ stack, url, email, password }) => {
    const common = { stack, account: { url, email, password }, faults };
    await changeTo(steps, { ...common, title: 'round robin', judgesSpread: true });
    if (hasLua()) {
      await stack.setBalancing('response-time');
      await changeTo([4, 1], { ...common, title: 'by response time', judgesSpread: false });
      await stack.setBalancing('round-robin');
    } else console.log('\nby response time: left out, this NGINX has no Lua');
    // Here NGINX is reloaded, which ends connections that idle at that moment.
    await changeTo([4, 6, 1], {
      ...common,
      title: 'beyond the ports that NGINX lists',
      judgesSpread: true,
      mayFail: true,
    });
  });
  return faults;
}
