import type { Page } from 'playwright-core';
import { runDirOf } from '../../ops/stack/control';
import { serveControl } from '../../src/control/control-server';
import { barriersOf } from '../support/accessibility';
import { useLivePage } from '../support/live-page';
import { startLoad } from '../support/load';
import { eventually } from '../support/wait';

const live = useLivePage();
const { cluster, admin, card, chips, inState, logIn } = live;
let page: Page;
beforeAll(() => void (page = live.page()));

/** Waits until all shown requests were answered by the worker `name`. */
const untilOnlyIn = (name: string, other: string) =>
  page.waitForFunction(
    `document.querySelectorAll('[data-lane="${name}"] .chip').length === 12 &&
     document.querySelectorAll('[data-lane="${other}"] .chip').length === 0`,
  );

describe('the live page', () => {
  it('requires a log-in, and shows why it was refused', async () => {
    await page.goto(`${cluster.url}/ops`);
    await logIn('wrong horse');
    await page
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await logIn();
    await Promise.all([card('api-0').waitFor(), card('api-1').waitFor()]);
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(await page.locator('[data-worker]').count()).toBe(2);
  });

  it('shows requests in both rows; a worker is drained and resumed without a failed request', async () => {
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 4, path: '/tasks?limit=1' });
    const errors = () => page.locator('#totals [data-name="answered 5xx"] dd').textContent();
    const before = await errors();
    try {
      await Promise.all([chips('api-0').first().waitFor(), chips('api-1').first().waitFor()]);
      await page.getByRole('button', { name: 'Drain api-1' }).click();
      await inState('api-1', 'drained');
      await untilOnlyIn('api-0', 'api-1');
      const last = page.getByRole('button', { name: 'Drain api-0' });
      await page.locator('[data-worker="api-0"] button[aria-disabled="true"]').waitFor();
      expect(await card('api-0').innerText()).toMatch(/last worker that serves/i);
      await last.click({ force: true });
      expect(await barriersOf(page)).toEqual([]);
      expect(await card('api-0').getAttribute('data-state')).toBe('serving');
      await page.getByRole('button', { name: 'Resume api-1' }).click();
      await inState('api-1', 'serving');
      await chips('api-1').first().waitFor();
      // Answers to NGINX's own probes do not count as errors.
      expect(await errors()).toBe(before);
    } finally {
      const { answered, failed, detail } = await stop();
      expect(answered).toBeGreaterThan(0);
      expect({ failed, detail }).toEqual({ failed: 0, detail });
    }
  });

  it('shows – for values without measurements, and leaves out its own requests', async () => {
    await page.reload();
    const facts = (place: string) => page.locator(`${place} [data-name]`);
    await facts('#totals')
      .filter({ hasText: /^slowest p99–$/ })
      .waitFor();
    await facts('#totals')
      .filter({ hasText: /^cache hits–$/ })
      .waitFor();
    for (const name of ['p50', 'p99'])
      await facts('[data-worker="api-0"]')
        .filter({ hasText: new RegExp(`^${name}–$`) })
        .waitFor();
    const routes = await page.locator('.chip .path').allInnerTexts();
    expect(routes.filter((route) => /^\/(ops|health|metrics)|no route/.test(route))).toEqual([]);
  });

  it('shows an error within the screen, also on a phone', async () => {
    const refuse = { status: 409, json: { detail: 'api-1 is the last worker that serves.' } };
    await page.route('**/drain', (route) => route.fulfill(refuse));
    await page.setViewportSize({ width: 390, height: 844 });
    try {
      const button = page.getByRole('button', { name: 'Drain api-1' });
      await button.scrollIntoViewIfNeeded();
      await button.click();
      const alert = page.getByRole('alert').filter({ hasText: refuse.json.detail });
      await alert.waitFor();
      const { y, height } = (await alert.boundingBox())!;
      expect([y >= 0, y + height <= 844]).toEqual([true, true]);
      expect(await barriersOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
      await alert.waitFor({ state: 'hidden' });
    } finally {
      await page.unroute('**/drain');
      await page.setViewportSize({ width: 1280, height: 720 });
    }
  });

  it('cuts off neither the milliseconds nor a route, on a desktop and on a phone', async () => {
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 2, path: '/tasks?limit=1' });
    try {
      await chips('api-0').first().waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        // The longest text that occurs.
        await page.evaluate(
          `for (const part of document.querySelectorAll('.chip .answer')) part.textContent = 'DELETE 204'`,
        );
        const cut = await page.evaluate<string[]>(`[...document.querySelectorAll('.chip > *')]
        .filter((part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1)
        .map((part) => part.textContent)`);
        expect([width, cut]).toEqual([width, []]);
      }
    } finally {
      await stop();
      await page.setViewportSize({ width: 1280, height: 720 });
    }
  });

  it('shows what the supervisor does about the number of workers, while it runs', async () => {
    const section = page.locator('#scaling');
    expect(await section.isVisible()).toBe(false);
    const status = {
      ...{ least: 1, most: 4, workers: 2, restMs: 600_000 },
      now: { utilisation: 0.43, hashWaitMs: 12, perSecond: 1_234 },
      steps: [1, 2].map((number) => ({ at: number * 1_000, text: `${number} → ${number + 1} API workers` })),
    };
    const supervisor = await serveControl(
      { folder: runDirOf(cluster.stack.info().env), name: 'supervisor-0', logger: { warn: () => {} } },
      { 'GET /autoscale': () => status },
    );
    try {
      await section.waitFor();
      const facts = await section.locator('[data-name]').allInnerTexts();
      expect(facts.map((fact) => fact.split('\n').at(-1))).toEqual(['2 (1 to 4)', '43 %', '12 ms', '1234']);
      expect(await section.innerText()).toContain('it adds none for 10 min');
      const [newest] = await section.locator('li').allInnerTexts();
      expect(newest).toContain('2 → 3 API workers');
      expect(await barriersOf(page)).toEqual([]);
    } finally {
      supervisor.close();
    }
    await section.waitFor({ state: 'hidden' });
  });

  it('reconnects to another worker when its own is killed', async () => {
    // Records each text that the page shows from now on.
    await page.evaluate(`{
    const place = document.getElementById('connection');
    window.said = [place.textContent];
    new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
  }`);
    const [live] = await page.evaluate<string[]>('window.said');
    const name = /^served by test-host\/(api-\d)$/.exec(live!)?.[1];
    const its = (await cluster.apiWorkers()).find(({ instance }) => `api-${instance}` === name);
    process.kill(its!.pid, 'SIGKILL');
    await eventually(() =>
      page.evaluate(`window.said.includes('reconnecting…') && window.said.at(-1).startsWith('served')`),
    );
    // Without a reload of the page or a log-in.
    await Promise.all([inState('api-0', 'serving'), inState('api-1', 'serving')]);
    expect(await page.getByRole('button', { name: 'Log out' }).isVisible()).toBe(true);
  });

  it('fits a phone, stays logged in over a reload, and forgets the token on log-out', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await card('api-0').waitFor();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });
});
