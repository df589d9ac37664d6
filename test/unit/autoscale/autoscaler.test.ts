import type { AutoscalerOptions } from '../../../ops/autoscale/autoscaler';
import { createAutoscaler } from '../../../ops/autoscale/autoscaler';
import { createPublisher } from '../../../ops/autoscale/publish';
import { askAll } from '../../../src/control/control-client';
import { serveControl } from '../../../src/control/control-server';
import { newFolder } from '../../support/folder';

const folder = newFolder('taskfleet-autoscale-');
const closing: (() => void)[] = [];
const range = { least: 1, most: 2 };
let said: string[] = [];
let workers = 0;
let publisher: ReturnType<typeof createPublisher>;

/** Serves the counters of an API worker whose event loop always has work. */
async function addWorker(): Promise<void> {
  const name = `api-${workers}`;
  const logger = { warn: () => {} };
  let looks = 0;
  const load = () => {
    looks += 1;
    const counts = { answered: looks * 500, hashed: 0, hashWaitMs: 0, hashThreads: 1 };
    return { activeMs: looks * 950, idleMs: looks * 50, ...counts, serving: true };
  };
  closing.push((await serveControl({ folder, name, logger }, { 'GET /load': load })).close);
  workers += 1;
}

function create(options: Partial<AutoscalerOptions> = {}) {
  said = [];
  let looks = 0;
  publisher = createPublisher({
    status: () => autoscaler.status(),
    say: (text) => said.push(text),
    host: 'web-1',
  });
  const autoscaler = createAutoscaler({
    ...publisher,
    read: () => ({ autoscale: range, env: { RUN_DIR: folder } }),
    busy: () => undefined,
    alone: async (work) => {
      await work();
      return true;
    },
    countWorkers: async () => workers,
    scale: addWorker,
    say: (text) => said.push(text),
    cores: 2,
    now: () => 1_000 * looks,
    ...options,
  });
  return {
    ...autoscaler,
    async look(times: number): Promise<void> {
      for (let i = 0; i < times; i += 1) {
        looks += 1;
        await autoscaler.look();
      }
    },
  };
}

beforeEach(addWorker);
afterEach(() => {
  publisher.close();
  for (const close of closing.splice(0)) close();
  workers = 0;
});

describe('the autoscaler', () => {
  it('adds a worker when the event loops are full, and reports it in its log, status and metrics', async () => {
    const autoscaler = create();
    await autoscaler.look(5);
    expect(said[0]).toBe('1 → 2 API workers: event loops 95 % busy for 3 s (limit 80 %), 500 requests/s');
    expect(said[1]).toMatch(/^2 API workers serve after \d+\.\d s$/);
    await autoscaler.look(2);
    const [asked] = await askAll(folder, 'GET /autoscale');
    expect(asked).toMatchObject({ name: 'supervisor-0', answer: { ...range, workers: 2, restMs: 0 } });
    expect(asked!.answer.steps.map(({ text }) => text)).toEqual([said[0]]);
    expect(asked!.answer.now).toEqual({ utilisation: 0.95, hashWaitMs: 0, perSecond: 1_000 });
    const [{ answer: metrics } = { answer: [] }] = await askAll(folder, 'GET /metrics');
    const valuesOf = (name: string) =>
      metrics
        .find((metric) => metric.name === `taskfleet_autoscale_${name}`)
        ?.values.map(({ value }) => value);
    expect(valuesOf('steps_total')).toEqual([1, 0, 0]);
    expect([valuesOf('workers'), valuesOf('utilisation')]).toEqual([[2], [0.95]]);
  });

  it.each<[string, Partial<AutoscalerOptions>]>([
    ['npm run reload, process 7', { busy: () => 'npm run reload, process 7' }],
    [
      '`npx taskfleet scale` has set the number of workers; `npx taskfleet scale auto` resumes',
      { read: () => ({ autoscale: range, isAutoscalePaused: true, env: { RUN_DIR: folder } }) },
    ],
    ['no API worker runs', { read: () => ({ autoscale: range, env: { RUN_DIR: newFolder() } }) }],
  ])('takes no step, and reports why: %s', async (holds, options) => {
    const autoscaler = create(options);
    await autoscaler.look(8);
    expect(autoscaler.status()).toMatchObject({ holds, steps: [] });
    expect(workers).toBe(1);
  });

  it('takes no step without AUTOSCALE, while a command holds the lock, or while PM2 runs another number', async () => {
    const autoscaler = create({ read: () => ({ env: { RUN_DIR: folder } }) });
    await autoscaler.look(5);
    expect(autoscaler.status()).toBeUndefined();
    await create({ alone: async () => false }).look(5);
    const counting = create({ countWorkers: async () => 2 });
    await counting.look(4);
    expect(counting.status()).toMatchObject({ holds: 'PM2 lists 2 API workers, and 1 serve' });
    expect({ said, workers }).toEqual({ said: [], workers: 1 });
  });

  it('takes no step if a person scaled while it looked', async () => {
    let isAutoscalePaused = false;
    const autoscaler = create({
      read: () => ({ autoscale: range, isAutoscalePaused, env: { RUN_DIR: folder } }),
      async alone(work) {
        isAutoscalePaused = true;
        await work();
        return true;
      },
    });
    await autoscaler.look(5);
    expect(autoscaler.status()).toMatchObject({ steps: [] });
    expect(workers).toBe(1);
  });

  it('reports a step that fails, and rests', async () => {
    const autoscaler = create({ scale: () => Promise.reject(new Error('PM2 is gone')) });
    await autoscaler.look(12);
    expect(said.slice(1)).toEqual(['the step to 2 failed: PM2 is gone']);
    expect(autoscaler.status()!.restMs).toBeGreaterThan(0);
  });
});
