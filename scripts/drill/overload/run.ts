import { setTimeout as sleep } from 'node:timers/promises';
import { createFixtures } from '../../../bench/stack/fixtures';
import type { Stack } from '../../stack/stack';
import { rateOf } from './figures';
import type { Part, PartContext } from './part';
import { newTasks, signUps } from './requests';
import { startSender } from './start-sender';
import { atMost, formatTable, ms } from './table';
import { writes } from './writes';

export const parts: Record<string, Part> = { writes };

export interface OverloadOptions {
  stack: Stack;
  url: string;
  bcryptCost: number;
  only: string[];
  seconds: number;
  signal: AbortSignal;
  progress: {
    step: <T>(name: string, text: string, work: () => Promise<T>, tell?: (result: T) => string) => Promise<T>;
    line: (name: string, text: string) => void;
  };
}

/** Connections of one address. */
const SOCKETS = 1_000;
/** A sender that is later measures itself. */
const MOST_LATE_MS = 20;
const SETTLE_MS = 120_000;
/** What a write takes at most once nothing waits before it. */
const CALM_MS = 100;

/** Overloads the stack in each of these ways. @returns what was not as promised */
export async function runOverload(options: OverloadOptions): Promise<string[]> {
  const { stack, url, bcryptCost, only, seconds, signal, progress } = options;
  const sender = startSender(signal);
  const folder = stack.info().dir;
  const fixtures = createFixtures({ url, folder, info: stack.info, bcryptCost: () => bcryptCost });
  const lateMs: number[] = [];
  const send: PartContext['send'] = (text, streams, sockets = SOCKETS) =>
    progress.step(
      'load',
      text,
      async () => {
        const sent = await sender.send({ url, streams, sockets });
        lateMs.push(sent.lateP99Ms);
        return sent;
      },
      ({ cores, lateP99Ms }) =>
        `done; the sender took ${cores.toFixed(2)} cores, ${ms(lateP99Ms)} late (p99)`,
    );
  const hashRate = once(async () => {
    const stream = { kind: 'sign-up', requests: signUps(1_000), clients: 8, begins: 0, ends: 6 };
    const sent = await send('sign-ups alone, 8 clients', [stream]);
    return rateOf(sent, 'sign-up', { begins: 1, ends: 6 }, (status) => status === 201);
  });
  async function settle(): Promise<void> {
    const [request] = await newTasks({ fixtures });
    for (let calm = 0, end = Date.now() + SETTLE_MS; calm < 3 && Date.now() < end;) {
      const began = performance.now();
      const { status } = await fetch(`${url}${request!.path}`, { ...request, signal });
      calm = status === 201 && performance.now() - began < CALM_MS ? calm + 1 : 0;
      await sleep(200, undefined, { signal });
    }
  }

  const faults: string[] = [];
  try {
    await progress.step('set-up', 'people and tasks', () => fixtures.manyTasks());
    for (const name of only) {
      const { title, measure } = parts[name]!;
      await settle();
      lateMs.length = 0;
      const measured = await measure({ stack, url, fixtures, seconds, send, hashRate, settle });
      if ('skipped' in measured) {
        progress.line(name, `left out: ${measured.skipped}`);
        continue;
      }
      const late = atMost('the sender itself was late, p99', Math.max(...lateMs), MOST_LATE_MS);
      const rows = [...measured.rows, late];
      console.log(`\n${formatTable(title, rows)}\n`);
      faults.push(
        ...rows
          .filter(({ holds }) => holds === false)
          .map((row) => `${title}: ${row.what} ${row.measured} (aim: ${row.aim})`),
      );
    }
  } finally {
    await sender.stop();
  }
  return faults;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
