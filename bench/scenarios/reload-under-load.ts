import { inTurns, type RequestKind } from '../load/in-turns';
import { startLoad } from '../load/load';
import { toRun } from '../load/measure-load';
import { pause } from '../load/pause';
import type { ScenarioContext } from '../stack/bench-context';
import { newTask } from '../stack/fixtures';
import type { Measured, Scenario } from './scenario';

const CONNECTIONS = 24;
const WARM_UP_MS = 1_000;

/** Reads and creations in turns. */
async function kindsOf({ fixtures }: ScenarioContext): Promise<RequestKind[]> {
  const path = await fixtures.taskPath();
  const { headers } = await fixtures.admin();
  const body = JSON.stringify(newTask((await fixtures.reader()).id));
  return [
    { method: 'GET', path, headers, expected: 200 },
    { method: 'POST', path: '/tasks', headers, body, expected: 201 },
  ];
}

/** One reload after another while requests come; the last of them to its end. */
async function measureReloads(context: ScenarioContext): Promise<Measured[]> {
  const { stack, options, signal } = context;
  const { request, wrong } = inTurns(await kindsOf(context));
  const load = startLoad({ url: stack.url, connections: CONNECTIONS, request, signal });
  let reloads = 0;
  try {
    await pause(WARM_UP_MS, signal);
    let isOver = false;
    const measuring = load.measure(options.seconds).finally(() => (isOver = true));
    do {
      await stack.reload();
      reloads += 1;
    } while (!isOver);
    const result = await measuring;
    // The last of the old workers go only now.
    await pause(WARM_UP_MS, signal);
    const errors = { ...result.errors, ...wrong };
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
    // No CPU time: the processes that it is counted by come and go.
    const run = toRun({ ...result, errors }, undefined, { reloads, failed });
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
