import fs from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../tools/command/progress';
import { interruption, sleep, waitUntil } from '../../tools/command/run-command';
import { root } from '../set-up/prepare';
import { apiName, workerName } from '../stack/app-names';
import type { Stack } from '../stack/types';
import { watchDaemons } from '../stack/watch-daemons';
import { createLedger, type Ledger } from './ledger';
import { withOwnStack } from './own-stack';

/** Promise: everything is served again within this time, without anybody's help. */
const promisedS = 15;
const giveUpMs = 90_000;
const calmMs = 3_000;
const servers = ['nginx', 'redis', 'rabbit', 'mongo'] as const;

/** Lists the processes to kill by name, each with a function that kills it. */
function victimsOf(stack: Stack): Record<string, () => Promise<unknown>> {
  const killApp = (wanted: string) => async () => {
    const find = async () =>
      (await stack.apps()).find(({ name, status }) => name === wanted && status === 'online');
    const { pid } = await waitUntil(find, { timeoutMs: 30_000, what: `No ${wanted} is online` });
    process.kill(pid, 'SIGKILL');
  };
  return {
    'an API worker': killApp(apiName),
    'the job worker': killApp(workerName),
    ...Object.fromEntries(servers.map((name) => [name, () => stack.server(name).kill('SIGKILL')])),
    'the PM2 of the apps': async () => {
      const file = path.join(stack.info().pm2Home, 'pm2.pid');
      process.kill(Number(fs.readFileSync(file, 'utf8')), 'SIGKILL');
    },
  };
}

const share = (counts: Record<string, number>, kind: string) => {
  const { [`${kind} served`]: served = 0, [`${kind} refused`]: refused = 0 } = counts;
  return `${served} of ${served + refused}`;
};

async function killAndWait(kill: () => Promise<unknown>, ledger: Ledger) {
  ledger.take();
  await kill();
  const killedAt = Date.now();
  await sleep(200);
  // Twice, because a process that is about to end may still answer once.
  const isBack = async () => (await ledger.isServed()) && ledger.isServed();
  await waitUntil(isBack, { timeoutMs: giveUpMs, everyMs: 100, what: 'Not everything is served again' });
  return { seconds: (Date.now() - killedAt) / 1_000, counts: ledger.take() };
}

/** Kills each process under load. @returns the promises that did not hold */
export const drillKills = (progress: Progress) =>
  withOwnStack(progress, { apiWorkers: 2 }, async ({ stack, start, faults, ...account }) => {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, interruption.signal]);
    const watching = watchDaemons({ root, stackFile: stack.stackFile, start, say: () => {}, signal });
    try {
      const ledger = await createLedger(account);
      try {
        await killEach(stack, ledger, faults);
      } finally {
        await ledger.stop();
      }
      await judgeLoss(ledger, faults);
    } finally {
      ended.abort();
      await watching;
    }
  });

async function killEach(stack: Stack, ledger: Ledger, faults: string[]) {
  await waitUntil(ledger.isServed, { timeoutMs: 30_000, what: 'Not everything is served' });
  console.log('\nkilled with -9        served again  reads served    lists           writes');
  for (const [name, kill] of Object.entries(victimsOf(stack))) {
    const { seconds, counts } = await killAndWait(kill, ledger);
    const columns = ['read', 'list', 'write'].map((kind) => share(counts, kind).padEnd(16)).join('');
    console.log(`${name.padEnd(22)}${`${seconds.toFixed(1)} s`.padEnd(14)}${columns}`.trimEnd());
    if (seconds > promisedS) faults.push(`${name}: ${seconds.toFixed(1)} s, more than ${promisedS}`);
    for (const [what, count] of Object.entries(counts))
      if (what.includes('without')) faults.push(`${name}: ${count} × ${what}`);
    await sleep(calmMs);
  }
}

async function judgeLoss(ledger: Ledger, faults: string[]) {
  const lost = await ledger.findLost();
  const { tasks, jobs } = ledger.acknowledged();
  console.log(`\n${tasks} tasks and ${jobs} jobs were acknowledged; ${lost.length} of them lost.`);
  faults.push(...lost.slice(0, 10).map((what) => `lost: ${what}`));
}
