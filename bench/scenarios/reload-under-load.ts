import { setTimeout as pause } from 'node:timers/promises';
import { newTask } from '../../tools/kit/fixtures';
import { inTurns } from '../../tools/load/closed-loop';
import { sum } from '../figures/statistics';
import { startLoad } from '../load/load';
import { toRun } from '../load/measure';
import type { ScenarioContext } from '../stack/bench-context';
import type { Measured, Scenario } from './scenario';

const CONNECTIONS = 24;
const WARM_UP_MS = 1_000;

/** Reloads again and again while requests come, and waits for the last reload to end. */
async function measureReloads({ stack, options, fixtures, signal }: ScenarioContext): Promise<Measured[]> {
  const admin = await fixtures.admin();
  const headers = { ...admin.headers, 'content-type': 'application/json' };
  const body = JSON.stringify(newTask((await fixtures.reader()).id));
  const next = inTurns([
    { ...(await fixtures.taskRead()), headers },
    { method: 'POST' as const, path: '/tasks', headers, body, expected: 201 },
  ]);
  const load = startLoad({ url: stack.url, connections: CONNECTIONS, next, signal });
  let reloads = 0;
  try {
    await pause(WARM_UP_MS, undefined, { signal });
    let isOver = false;
    const measuring = load.measure(options.seconds).finally(() => (isOver = true));
    do {
      await stack.reload();
      reloads += 1;
    } while (!isOver);
    const result = await measuring;
    // The last of the old workers stop only now.
    await pause(WARM_UP_MS, undefined, { signal });
    const failed = sum(Object.values(result.errors));
    // No CPU time: the processes that are counted come and go.
    const run = toRun(result, undefined, { reloads, failed });
    return [{ load: { connections: CONNECTIONS }, run }];
  } finally {
    await load.stop();
  }
}

export const reloadUnderLoad: Scenario = {
  name: 'reload-under-load',
  what: 'GET and POST /tasks over 24 connections during pm2 reload',
  setups: ['cluster'],
  cache: 'either',
  raw: [],
  isQuick: false,
  drains: true,
  windows: 2,
  measure: measureReloads,
};
