import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forCaller } from '../../../src/command-line/convention';
import type { Progress } from '../../../tools/command/progress';
import { interruption } from '../../../tools/command/run-command';
import { createFixtures } from '../../../tools/kit/fixtures';
import type { Stack } from '../../stack/types';
import { dir, withOwnStack } from '../own-stack';
import { rateDone } from './figures';
import { mixed } from './mixed';
import { notices } from './notices';
import type { Measured, Part, PartContext } from './part';
import { passwords } from './passwords';
import { formatReport } from './report';
import { newTasks, signUps } from './requests';
import { retries } from './retries';
import { slowed } from './slowed';
import { startSender } from './start-sender';
import { atMost, formatTable, ms, thousands } from './table';
import { writes } from './writes';

/** Cost of production; the other drills hash at a lower cost. */
const BCRYPT_COST = 10;
/** Most connections of one address. */
const SOCKETS = 1_000;
/** A sender that is later measures itself. */
const MOST_LATE_MS = 20;
const SETTLE_MS = 120_000;
/** The longest write if no other waits before it. */
const CALM_MS = 100;

export const parts: Record<string, Part> = { writes, passwords, retries, mixed, slowed, notices };

interface OverloadOptions {
  /** Names of parts. */
  only: string[];
  /** How long each overload lasts. */
  seconds: number;
}

/**
 * Asks for more than the stack can do: it must refuse the excess at once and serve the rest as usual.
 *
 * @returns the promises that did not hold
 */
export const drillOverload = (progress: Progress, options: OverloadOptions) =>
  withOwnStack(
    progress,
    { apiWorkers: 2, env: { BCRYPT_COST: String(BCRYPT_COST) } },
    async ({ stack, url, faults }) => {
      const measured = await measureParts(progress, stack, url, options);
      mkdirSync(dir, { recursive: true });
      const page = path.join(dir, 'overload.html');
      writeFileSync(page, formatReport(measured, new Date()));
      console.log(`Latencies over time: ${forCaller(page)}`);
      for (const { title, result } of measured)
        for (const { what, measured: value, aim, holds } of result.rows)
          if (holds === false) faults.push(`${title}: ${what} ${value} (aim: ${aim})`);
    },
  );

async function measureParts(
  progress: Progress,
  stack: Stack,
  url: string,
  { only, seconds }: OverloadOptions,
) {
  const { signal } = interruption;
  const own = { url, folder: stack.info().dir, info: stack.info, bcryptCost: () => BCRYPT_COST };
  const fixtures = createFixtures(own);
  const sender = startSender(signal);
  const done: { name: string; title: string; result: Measured }[] = [];
  try {
    await progress.step('set-up', 'people and tasks', () => fixtures.manyTasks());
    for (const name of only) {
      const { title, measure } = parts[name]!;
      await settle({ url, fixtures, signal });
      const { lateMs, errors, ...sending } = watchSender(sender, url, progress);
      const result = await measure({ stack, fixtures, seconds, signal, ...sending });
      if ('skipped' in result) {
        progress.line(name, `left out: ${result.skipped}`);
        continue;
      }
      result.rows.push(
        ...Object.entries(errors).map(([what, count]) => atMost(what, count, 0, thousands)),
        atMost('the sender itself was late, p99', Math.max(...lateMs), MOST_LATE_MS),
      );
      console.log(`\n${formatTable(title, result.rows)}\n`);
      done.push({ name, title, result });
    }
  } finally {
    await sender.stop();
  }
  return done;
}

/** Waits until writes are quick, so that the requests before have no effect any more. */
async function settle({ url, fixtures, signal }: Pick<PartContext, 'fixtures' | 'signal'> & { url: string }) {
  const [{ path: place, ...request } = { path: '' }] = await newTasks({ fixtures });
  for (let calm = 0, end = Date.now() + SETTLE_MS; calm < 3 && Date.now() < end;) {
    const began = performance.now();
    const { status } = await fetch(`${url}${place}`, { ...request, signal });
    calm = status === 201 && performance.now() - began < CALM_MS ? calm + 1 : 0;
    await sleep(200, undefined, { signal });
  }
}

/** Sends orders, shows their progress, and keeps how late the sender was and which errors it counted. */
function watchSender(sender: ReturnType<typeof startSender>, url: string, { step }: Progress) {
  const lateMs: number[] = [];
  const errors: Record<string, number> = {};
  const send: PartContext['send'] = (text, streams, sockets = SOCKETS) =>
    step(
      'load',
      text,
      async () => {
        const sent = await sender.send({ url, streams, sockets });
        lateMs.push(sent.lateP99Ms);
        for (const [what, count] of Object.entries(sent.errors)) errors[what] = (errors[what] ?? 0) + count;
        return sent;
      },
      ({ cores, lateP99Ms }) =>
        `done; the sender took ${cores.toFixed(2)} cores, ${ms(lateP99Ms)} late (p99)`,
    );
  async function hashRate(): Promise<number> {
    const stream = { kind: 'sign-up', requests: signUps(1_000), clients: 8, begins: 0, ends: 6 };
    const sent = await send('sign-ups alone, 8 clients', [stream]);
    return rateDone(sent, ['sign-up'], { begins: 1, ends: 6 });
  }
  return { send, hashRate, lateMs, errors };
}
