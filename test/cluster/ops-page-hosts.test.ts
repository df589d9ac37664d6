import type { Page } from 'playwright-core';
import { createLiveChannel } from '../../src/infra/redis/live-channel';
import { connectRedis } from '../../src/infra/redis/redis';
import type { OpsSnapshot } from '../../src/ops/ops-types';
import { textOf } from '../../src/ops/view/message';
import { createLogger } from '../../src/process/logger';
import { barriersOf } from '../support/accessibility';
import { buildApiStatus, buildJobWorkerStatus } from '../support/api-status';
import { useLivePage } from '../support/live-page';
import { use } from '../support/use';
import { eventually } from '../support/wait';

const live = useLivePage();
const { cluster, card } = live;
const silent = new Set<string>();
const placeIn: Record<string, string> = { beta: 'pla-beta', 'gamma.example.internal': 'pl-gamma' };
let page: Page;

/** Publishes as the processes of two other hosts do. */
use(
  () => {
    const { REDIS_URL, KEY_PREFIX } = cluster.stack.info().env;
    const prefix = KEY_PREFIX || 'taskfleet';
    const redis = connectRedis(REDIS_URL!, { prefix, logger: createLogger('silent', 'test') });
    const channel = createLiveChannel(redis, `${prefix}:live`);
    let count = 0;
    const say = (host: string, status: Parameters<typeof textOf>[1]) =>
      channel.publish(textOf({ host, place: placeIn[host]! }, status)).catch(() => {});
    const timer = setInterval(() => {
      count += 1;
      for (const host of Object.keys(placeIn).filter((name) => !silent.has(name))) {
        for (let number = 0; number < 4; number++) {
          const { requests } = buildApiStatus();
          const recent = [
            { at: Date.now(), method: 'GET', path: '/tasks', status: 200, ms: 1, isRefused: false },
          ];
          const stats = { ...requests, total: count, recent };
          void say(host, buildApiStatus({ name: `api-${number}`, port: 4_001 + number, requests: stats }));
        }
        void say(host, buildJobWorkerStatus());
      }
    }, 500);
    return { timer, redis };
  },
  ({ timer, redis }) => {
    clearInterval(timer);
    redis.close();
  },
);
beforeAll(() => void (page = live.page()));

const section = (host: string) => page.locator(`[data-host="${host}"]`);

describe('the live page of three hosts', () => {
  it('groups the workers and job workers by host, and requests too', async () => {
    await live.open();
    for (const host of Object.keys(placeIn)) {
      await card(`${host}/api-3`).waitFor();
      expect(await section(host).locator('[data-worker]').count()).toBe(4);
      expect(await section(host).locator('[data-job-worker]').count()).toBe(1);
      await page.locator(`[data-lane="${host}"] .chip`).first().waitFor();
    }
    expect(await page.locator('[data-lane]').count()).toBe(3);
    expect(await page.locator('[data-job-worker="worker-0"]').count()).toBe(1);
    expect(await page.locator('#elsewhere').isVisible()).toBe(false);
    expect(await barriersOf(page)).toEqual([]);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    try {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      expect(await barriersOf(page)).toEqual([]);
    } finally {
      await page.setViewportSize({ width: 1280, height: 720 });
    }
  });

  it('says what is known of an order that no host took', async () => {
    await page.getByRole('button', { name: 'Drain api-0 of beta' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /No worker of beta took the order.*nothing was done/ })
      .waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('says that a host has fallen silent, and in the end shows it no more', async () => {
    silent.add('beta');
    await section('beta')
      .getByText(/Not heard for .*: it is down, cut off/)
      .waitFor();
    await page.locator('[data-worker="beta/api-0"][data-state="silent"]').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await section('beta').waitFor({ state: 'detached', timeout: 60_000 });
    expect(await section('gamma.example.internal').count()).toBe(1);
  });

  it('names each worker as before once it comes from another host, and drains the one shown', async () => {
    const names = ['left', 'right'] as const;
    let here: (typeof names)[number] = 'left';
    const asked: string[] = [];
    const workers = [buildApiStatus()];
    await page.route('**/ops/workers/**', (route) => {
      asked.push(new URL(route.request().url()).pathname);
      return route.fulfill({ status: 202 });
    });
    await page.route('**/ops/events', (route) => {
      const others = names.filter((name) => name !== here);
      const hosts = others.map((name) => ({
        ...{ name, place: `at-${name}`, isDouble: false, jobWorkers: [] },
        workers: workers.map((one) => ({ ...one, heardMs: 0 })),
      }));
      const snapshot: OpsSnapshot<string> = {
        ...{ at: Date.now(), by: `${here}/api-0`, host: here, place: `at-${here}`, workers },
        ...{ jobWorkers: [], silent: [], announced: [], jobs: null, messages: null },
        elsewhere: { redis: 'heard', hosts, ignored: 0, leftOut: 0 },
      };
      const body = `data: ${JSON.stringify(snapshot)}\n\n`;
      return route.fulfill({ contentType: 'text/event-stream', body });
    });
    try {
      await page.reload();
      for (here of names) {
        const other = names.find((name) => name !== here)!;
        await section(here).locator('[data-worker="api-0"]').waitFor();
        await section(other).locator(`[data-worker="${other}/api-0"]`).waitFor();
        await section(here).getByText('this page comes from here').waitFor();
        await section(other).getByText('this page comes from here').waitFor({ state: 'hidden' });
        expect(await page.locator('[data-worker]').count()).toBe(2);
        await section('left')
          .getByRole('button', { name: /Drain api-0/ })
          .click();
      }
      await eventually(async () => asked.length === 2);
      expect(new Set(asked)).toEqual(new Set(['/ops/workers/left@at-left/api-0/drain']));
    } finally {
      await page.unrouteAll();
      await page.reload();
    }
  });
});
