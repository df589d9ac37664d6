import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../src/lib/error-code';
import { p99 as p99Of } from '../../src/lib/percentile';
import type { Progress, Step } from '../../tools/command/progress';
import { interruption } from '../../tools/command/run-command';
import { root } from '../set-up/prepare';
import { apiName } from '../stack/app-names';
import type { Stack } from '../stack/types';
import { brokenBuilds } from './broken-builds';
import { calm, describeFailures, faultOf, prepareLoad, startLoad } from './load';
import { dir, withOwnStack } from './own-stack';

const connections = 48;
const apiWorkers = 2;
const warmUpMs = 8_000;
/** Aim: the p99 with reloads is at most so many times the p99 without. */
const mostTimesP99 = 3;
const ms = (value: number) => `${value.toFixed(0)} ms`;

type Load = ReturnType<typeof startLoad>;

/** Measures the same load without reloads and with them; half of the time without is before them, half after. */
async function compare(progress: Progress, load: Load, reload: () => Promise<unknown>, reloads: number) {
  const phase = async (name: string, work: (step: Step) => Promise<unknown>) => {
    const began = Date.now();
    load.take();
    await progress.step('load', name, work);
    const taken = load.take();
    const p99 = p99Of(taken.times);
    progress.line('load', `${describeFailures(taken)}, p99 ${ms(p99)}`);
    return { ...taken, seconds: (Date.now() - began) / 1_000, p99 };
  };
  const first = await phase('one reload, to see how long it takes', reload);
  const before = await phase('without reloads', () => calm((first.seconds * 1_000 * reloads) / 2));
  const during = await phase(`${reloads} reloads`, async ({ say }) => {
    for (let i = 1; i <= reloads; i += 1) {
      interruption.signal.throwIfAborted();
      await reload();
      if (i % 5 === 0) say(`${i} reloads`);
    }
  });
  const after = await phase('without reloads', () => calm(during.seconds * 500));
  return { before, during, after };
}

async function refuseBroken(stack: Stack, load: Load, faults: string[]) {
  const pids = async () => (await stack.apps()).map(({ pid }) => pid).join();
  const present = stack.info().env;
  const builds = path.join(dir, 'builds');
  for (const { name, options, refusal } of brokenBuilds(root, builds)) {
    const before = await pids();
    load.take();
    const env = { ...present, ...options.env };
    const outcome = await stack
      .replaceApps({ ...options, apiWorkers, env, say: () => {} })
      .then(() => 'taken', messageOf);
    const taken = load.take();
    const isRefused = refusal.test(outcome) && before === (await pids());
    console.log(`${name.padEnd(24)}${isRefused ? 'refused' : 'NOT REFUSED'}, ${describeFailures(taken)}`);
    if (!isRefused) faults.push(`${name}: ${outcome}`);
    const fault = faultOf(taken);
    if (fault) faults.push(`${name}: ${fault}`);
  }
  fs.rmSync(builds, { recursive: true, force: true });
}

/** Reloads under load, and tries builds that must be refused. @returns the promises that did not hold */
export const drillReloads = (progress: Progress, { reloads }: { reloads: number }) =>
  withOwnStack(progress, { apiWorkers }, async ({ stack, faults, ...account }) => {
    const load = startLoad({ url: account.url, connections, ...(await prepareLoad(account)) });
    const reload = () => stack.pm2(['reload', apiName], { timeoutMs: 120_000 });
    try {
      const text = `${connections} connections, half of them POST /tasks`;
      await progress.step('load', text, () => calm(warmUpMs));
      const phases = await compare(progress, load, reload, reloads);
      console.log('\n                        seconds  requests/s  p99');
      for (const [name, taken] of Object.entries(phases)) {
        const { seconds, answered, p99 } = taken;
        const fault = faultOf(taken);
        const rate = (answered / seconds).toFixed(0);
        console.log(`${name.padEnd(24)}${seconds.toFixed(0).padEnd(9)}${rate.padEnd(12)}${ms(p99)}`);
        if (fault) faults.push(`${name}: ${fault}`);
      }
      const { before, during, after } = phases;
      const ratio = during.p99 / p99Of([...before.times, ...after.times]);
      const times = `p99 is ${ratio.toFixed(1)} times that without`;
      console.log(`${reloads} reloads: ${describeFailures(during)}; ${times}`);
      // Without answers the ratio is NaN.
      if (!(ratio <= mostTimesP99)) faults.push(`${times} reloads`);
      await refuseBroken(stack, load, faults);
    } finally {
      await load.stop();
    }
  });
