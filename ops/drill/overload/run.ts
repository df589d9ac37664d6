import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFixtures } from '../../../tools/kit/fixtures';
import { forCaller } from '../../../src/command-line/convention';
import type { Stack } from '../../stack/types';
import { mixed } from './mixed';
import { notices } from './notices';
import type { Measured, Part, PartContext, Progress } from './part';
import { passwords } from './passwords';
import { formatReport } from './report';
import { newTasks } from './requests';
import { retries } from './retries';
import { slowed } from './slowed';
import { startSender } from './start-sender';
import { atMost, formatTable, thousands } from './table';
import { watchSender } from './watch-sender';
import { writes } from './writes';

const parts: Record<string, Part> = { writes, passwords, retries, mixed, slowed, notices };

interface OverloadOptions {
  stack: Stack;
  url: string;
  bcryptCost: number;
  /** Names of parts. */
  only: string[];
  /** How long each overload lasts. */
  seconds: number;
  /** Folder for the page. */
  folder: string;
  signal: AbortSignal;
  progress: Progress;
}

/** A sender that is later measures itself. */
const MOST_LATE_MS = 20;
const SETTLE_MS = 120_000;
/** What a write takes at most once nothing waits before it. */
const CALM_MS = 100;

/** Overloads the stack in each of these ways. @returns what was not as promised */
export async function runOverload(options: OverloadOptions): Promise<string[]> {
  const { stack, url, bcryptCost, only, seconds, folder, signal, progress } = options;
  const own = { url, folder: stack.info().dir, info: stack.info, bcryptCost: () => bcryptCost };
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
  mkdirSync(folder, { recursive: true });
  const page = path.join(folder, 'overload.html');
  writeFileSync(page, formatReport(done, new Date()));
  console.log(`Latencies over time: ${forCaller(page)}`);
  return done.flatMap(({ title, result }) =>
    result.rows
      .filter(({ holds }) => holds === false)
      .map(({ what, measured, aim }) => `${title}: ${what} ${measured} (aim: ${aim})`),
  );
}

/** Waits until writes are quick: what was sent before has no effect any more. */
async function settle({ url, fixtures, signal }: Pick<PartContext, 'fixtures' | 'signal'> & { url: string }) {
  const [{ path: place, ...request } = { path: '' }] = await newTasks({ fixtures });
  for (let calm = 0, end = Date.now() + SETTLE_MS; calm < 3 && Date.now() < end;) {
    const began = performance.now();
    const { status } = await fetch(`${url}${place}`, { ...request, signal });
    calm = status === 201 && performance.now() - began < CALM_MS ? calm + 1 : 0;
    await sleep(200, undefined, { signal });
  }
}
