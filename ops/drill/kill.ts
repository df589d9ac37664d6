// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { apiName, workerName } from '../stack/app-names';
import { createLedger } from './ledger';
import { interruption, sleep, waitUntil } from '../../tools/command/run-command';
import { root, withOwnStack } from './own-stack';
import { watchDaemons } from '../stack/watch-daemons';
import { Stack } from '../stack/types';

/** What is promised: all is served again by then, without a hand. */
const promisedS = 15;
const giveUpMs = 90_000;
const calmMs = 3_000;
const servers = ['nginx', 'redis', 'rabbit', 'mongo'] as const;

/** By name, how each process is killed. */
function victimsOf(stack: import('../stack/types').Stack) {
  const killApp = (wanted: string) => async () => {
    const find = async () =>
      (await stack.apps()).find(({ name, status }) => name === wanted && status === 'online');
    const found = await waitUntil(find, { timeoutMs: 30_000, what: `No ${wanted} is online` });
    process.kill(found.pid, 'SIGKILL');
  };
  return {
    'an API worker': killApp(apiName),
    'the job worker': killApp(workerName),
    ...Object.fromEntries(servers.map((name) => [name, () => stack.server(name).kill('SIGKILL')])),
    'the PM2 of the apps': async () => {
      process.kill(Number(fs.readFileSync(path.join(stack.info().pm2Home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    },
  };
}

const share = (counts: Record<string, number>, kind: string) => {
  const [served, refused] = ['served', 'refused'].map((what) => counts[`${kind} ${what}`] ?? 0);
  return `${served} of ${served + refused}`;
};

async function killAndWait(
  kill: (() => Promise<void>) | (() => Promise<void>),
  ledger: { take: () => void; isServed: () => any },
): Promise<{ seconds: number; counts: Record<string, number> }> {
  ledger.take();
  await kill();
  const killedAt = Date.now();
  await sleep(200);
  // Twice: what is up for a moment isn't back.
  const isBack = async () => (await ledger.isServed()) && ledger.isServed();
  await waitUntil(isBack, { timeoutMs: giveUpMs, everyMs: 100, what: 'Not everything is served again' });
  const seconds = (Date.now() - killedAt) / 1_000;
  return { seconds, counts: ledger.take() };
}

/** Kills each process under load. @returns what was not as promised */
export async function drillKills(progress: any): Promise<string[]> {
  const faults: string[] | PromiseLike<string[]> = [];
  const work = async ({ stack, start, ...account }) => {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, interruption.signal]);
    const watching = watchDaemons({ root, stackFile: stack.stackFile, start, say: () => {}, signal });
    try {
      await killEach(stack, await createLedger(account), faults);
    } finally {
      ended.abort();
      await watching;
    }
  };
  await withOwnStack(progress, { apiWorkers: 2 }, work);
  return faults;
}

async function killEach(
  stack: Stack,
  ledger: { isServed: any; take?: () => {}; stop: any; findLost: any; acknowledged: any },
  faults: any[],
) {
  await waitUntil(ledger.isServed, { timeoutMs: 30_000, what: 'Not everything is served' });
  console.log('\nkilled with -9        served again  reads served    lists           writes');
  for (const [name, kill] of Object.entries(victimsOf(stack))) {
    const { seconds, counts } = await killAndWait(kill, ledger);
    const columns = ['read', 'list', 'write'].map((kind) => share(counts, kind).padEnd(16)).join('');
    console.log(`${name.padEnd(22)}${`${seconds.toFixed(1)} s`.padEnd(14)}${columns}`.trimEnd());
    if (seconds > promisedS) faults.push(`${name}: ${seconds.toFixed(1)} s, more than ${promisedS}`);
    for (const [what, count] of Object.entries(counts)) {
      if (what.includes('without')) faults.push(`${name}: ${count} × ${what}`);
    }
    await sleep(calmMs);
  }
  await ledger.stop();
  const lost = await ledger.findLost();
  const { tasks, jobs } = ledger.acknowledged();
  console.log(`\n${tasks} tasks and ${jobs} jobs were acknowledged; ${lost.length} of them lost.`);
  faults.push(...lost.slice(0, 10).map((what: any) => `lost: ${what}`));
}
