// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { apiName } from '../stack/app-names';
import { brokenBuilds } from './broken-builds';
import { calm } from './calm';
import { dir, root, withOwnStack } from './own-stack';
import { interruption, UserError } from '../../tools/command/run-command';
import { p99 as p99Of, prepareLoad, startLoad, describeFailures } from './load';

const connections = 48;
const apiWorkers = 2;
const warmUpMs = 8_000;
/** Aimed at: p99 with reloads, by p99 without. */
const mostTimesP99 = 3;
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** The same load without reloads, with them, and without again: half as long before and half after. */
async function compare(
  progress: { step: (arg0: string, arg1: any, arg2: any) => any; line: (arg0: string, arg1: string) => void },
  {
    load,
    reload,
    reloads,
  }: { load: { take(): Taken; stop(): Promise<void> }; reload: () => Promise<string>; reloads: any },
) {
  const phase = async (
    name: string,
    work: { (): any; (): Promise<void>; ({ say }: { say: any }): Promise<void>; (): Promise<void> },
  ) => {
    const began = Date.now();
    load.take();
    await progress.step('load', name, work);
    const taken = load.take();
    const p99 = p99Of(taken.times);
    progress.line('load', `${describeFailures(taken)}, p99 ${ms(p99)}`);
    return { ...taken, seconds: (Date.now() - began) / 1_000, p99 };
  };
  const first = await phase('one reload, to see how long it takes', () => reload());
  const before = await phase('without reloads', () => calm((first.seconds * 1_000 * reloads) / 2));
  const during = await phase(`${reloads} reloads`, async ({ say }) => {
    for (let i = 1; i <= reloads; i += 1) {
      if (interruption.signal.aborted) throw new UserError('interrupted');
      await reload();
      if (i % 5 === 0) say(`${i} reloads`);
    }
  });
  const after = await phase('without reloads', () => calm(during.seconds * 500));
  return { before, during, after };
}

async function refuseBroken({ stack, load, faults }) {
  const pids = async () => (await stack.apps()).map(({ pid }) => pid).join();
  const present = stack.info().env;
  const builds = path.join(dir, 'builds');
  for (const { name, options, refusal } of brokenBuilds(root, builds)) {
    const before = await pids();
    load.take();
    const env = { ...present, ...options.env };
    const said = await stack.replaceApps({ ...options, apiWorkers, env, say: () => {} }).then(
      () => 'taken',
      (error: { message: any }) => error.message,
    );
    const taken = load.take();
    const isRefused = refusal.test(said) && before === (await pids());
    console.log(`${name.padEnd(24)}${isRefused ? 'refused' : 'NOT REFUSED'}, ${describeFailures(taken)}`);
    if (!isRefused) faults.push(`${name}: ${said}`);
    if (taken.failed > 0) faults.push(`${name}: ${describeFailures(taken)}`);
  }
  fs.rmSync(builds, { recursive: true, force: true });
}

/** Reloads under load, and builds that must be refused. @returns what was not as promised */
export async function drillReloads(
  progress: { step: (arg0: string, arg1: string, arg2: () => Promise<void>) => any },
  { reloads }: any,
): Promise<string[]> {
  const faults: string[] | PromiseLike<string[]> = [];
  await withOwnStack(progress, { apiWorkers }, async ({ stack, url, ...account }) => {
    const load = startLoad({ url, connections, ...(await prepareLoad({ url, ...account })) });
    const reload = () => stack.pm2(['reload', apiName], { timeoutMs: 120_000 });
    try {
      await progress.step('load', `${connections} connections, half of them POST /tasks`, () =>
        calm(warmUpMs),
      );
      const phases = await compare(progress, { load, reload, reloads });
      console.log('\n                        seconds  requests/s  p99');
      for (const [name, { seconds, answered, p99 }] of Object.entries(phases)) {
        const rate = (answered / seconds).toFixed(0);
        console.log(`${name.padEnd(24)}${seconds.toFixed(0).padEnd(9)}${rate.padEnd(12)}${ms(p99)}`);
        const failed = phases[name].failed;
        if (failed > 0) faults.push(`${name}: ${describeFailures(phases[name])}`);
      }
      const { before, during, after } = phases;
      const ratio = during.p99 / p99Of([...before.times, ...after.times]);
      console.log(
        `${reloads} reloads: ${describeFailures(during)}; p99 is ${ratio.toFixed(1)} times that without`,
      );
      if (ratio > mostTimesP99) faults.push(`p99 is ${ratio.toFixed(1)} times that without reloads`);
      await refuseBroken({ stack, load, faults });
    } finally {
      await load.stop();
    }
  });
  return faults;
}
