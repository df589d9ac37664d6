import type { Progress } from '../../tools/command/progress';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { apiName } from '../stack/app-names';
import type { Stack } from '../stack/types';
import { calm, describeFailures, prepareLoad, startLoad, type Account } from './load';
import { withOwnStack } from './own-stack';

const connections = 24;
const warmUpMs = 5_000;
/** How long requests are counted by API worker after each change. */
const lookMs = 5_000;
/** Aim: the most by which the share of an API worker differs from an even share. */
const mostUneven = 0.05;
const steps = [2, 3, 4, 3, 2, 1, 4, 1];

interface Change {
  title: string;
  stack: Stack;
  account: Account;
  faults: string[];
  judgesSpread: boolean;
  /** True if a failed request is no fault. */
  mayFail?: boolean;
}

/** @returns the largest difference from an even share, as a part of it; Infinity if not `count` workers answered */
function unevenness(workers: Record<string, number>, count: number): number {
  const counts = Object.values(workers);
  if (counts.length !== count) return Infinity;
  const even = counts.reduce((sum, one) => sum + one, 0) / count;
  return Math.max(...counts.map((one) => Math.abs(one - even) / even));
}

/** Changes to each number of API workers in turn, under load. */
async function changeTo(
  wanted: number[],
  { title, stack, account, faults, judgesSpread, mayFail = false }: Change,
) {
  const load = startLoad({ url: account.url, connections, ...(await prepareLoad(account)) });
  let workers = (await stack.apps()).filter(({ name }) => name === apiName).length;
  let failures = 0;
  console.log(`\n${title}`);
  try {
    await calm(warmUpMs);
    for (const count of wanted) {
      load.take();
      const began = Date.now();
      const notes: string[] = [];
      await stack.scaleUnderLoad(count, (text) => notes.push(text));
      const seconds = ((Date.now() - began) / 1_000).toFixed(1);
      // Requests that are under way belong to the change.
      await calm(500);
      const change = load.take();
      await calm(lookMs);
      const after = load.take();
      const uneven = unevenness(after.workers, count);
      const spread = Object.entries(after.workers)
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
      const fromEven = `${(uneven * 100).toFixed(1)} % from even`;
      const shown = judgesSpread ? ` (${fromEven})` : '';
      console.log(`${workers} → ${count}  ${seconds.padStart(5)} s  ${kinds}; ${spread}${shown}`);
      for (const note of notes.filter((text) => text.includes('NGINX was reloaded')))
        console.log(`       ${note}; clients reconnected ${change.connects} times`);
      if (judgesSpread && uneven > mostUneven)
        faults.push(`${title}, ${workers} → ${count}: a share is ${fromEven}`);
      if (after.answered === 0) faults.push(`${title}, ${workers} → ${count}: nothing was answered`);
      workers = count;
    }
  } finally {
    await load.stop();
  }
  if (failures > 0 && !mayFail) faults.push(`${title}: ${failures} failed`);
}

/** Changes the number of API workers under load. @returns the promises that did not hold */
export const drillScaling = (progress: Progress) =>
  withOwnStack(progress, { apiWorkers: 1 }, async ({ stack, faults, url, email, password }) => {
    const common = { stack, account: { url, email, password }, faults, judgesSpread: true };
    await changeTo(steps, { ...common, title: 'round robin' });
    if (hasLua()) {
      await stack.setBalancing('response-time');
      await changeTo([4, 1], { ...common, title: 'by response time', judgesSpread: false });
      await stack.setBalancing('round-robin');
    } else console.log('\nby response time: left out, this NGINX has no Lua');
    // NGINX is reloaded here, which ends connections that are idle at that moment.
    await changeTo([4, 6, 1], { ...common, title: 'beyond the ports that NGINX lists', mayFail: true });
  });
