import { randomBytes } from 'node:crypto';
import amqp from 'amqplib';
import type { Browser, Page } from 'playwright-core';
import { createRepositories } from '../../src/compose/store';
import { connectMongo } from '../../src/infra/mongo/mongo';
import { jobQueueNames } from '../../src/infra/rabbit/rabbit';
import { barriersOf } from '../support/accessibility';
import { startBrowser } from '../support/browser';
import { endedJob, useCluster } from '../support/cluster';
import { use } from '../support/use';
import { startLoad } from '../support/load';
import { newPicture } from '../support/pictures';
import { eventually } from '../support/wait';

let browser: Browser;
let page: Page;
/** Requests to other hosts, and complaints of the browser. */
const faults: string[] = [];

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
beforeAll(async () => {
  browser = await startBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== cluster.url) faults.push(`asked for ${request.url()}`);
  });
  // Told here too, and wanted: the status for the wrong password, and a stream whose worker is killed.
  page.on('console', (message) => {
    const isWanted =
      /^Failed to load resource: (the server responded|net::ERR_(INCOMPLETE_CHUNKED|HTTP2|EMPTY))/.test(
        message.text(),
      );
    if (message.type() === 'error' && !isWanted) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
}, 120_000);

afterEach(() => expect(faults).toEqual([]));

afterAll(() => browser?.close());

const card = (name: string) => page.locator(`[data-worker="${name}"]`);
const chips = (name: string) => page.locator(`[data-lane="${name}"] .chip`);
const inState = (name: string, state: string) =>
  page.locator(`[data-worker="${name}"][data-state="${state}"]`).waitFor();

async function logIn(password: string): Promise<void> {
  await page.getByLabel('E-mail or user name').fill(admin.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Once all that is shown was answered by this worker. */
const untilOnlyIn = (name: string, other: string) =>
  page.waitForFunction(
    `document.querySelectorAll('[data-lane="${name}"] .chip').length === 12 &&
     document.querySelectorAll('[data-lane="${other}"] .chip').length === 0`,
  );

describe('the live page', () => {
  it('asks for a log-in, and says why it was refused', async () => {
    await page.goto(`${cluster.url}/ops`);
    await logIn('wrong horse');
    await page
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await logIn(admin.password);
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
      // The last one that serves.
      const last = page.getByRole('button', { name: 'Drain api-0' });
      await page.locator('[data-worker="api-0"] button[aria-disabled="true"]').waitFor();
      expect(await card('api-0').innerText()).toMatch(/last worker that serves/i);
      await last.click({ force: true });
      expect(await barriersOf(page)).toEqual([]);
      expect(await card('api-0').getAttribute('data-state')).toBe('serving');
      await page.getByRole('button', { name: 'Resume api-1' }).click();
      await inState('api-1', 'serving');
      await chips('api-1').first().waitFor();
      // What it told NGINX meanwhile is no error of a client's.
      expect(await errors()).toBe(before);
    } finally {
      const { answered, failed, detail } = await stop();
      expect(answered).toBeGreaterThan(0);
      expect({ failed, detail }).toEqual({ failed: 0, detail });
    }
  });

  it('shows – where nothing was measured, and nothing of what it asks for itself', async () => {
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

  it('says what was refused in sight of the button, on a phone as well', async () => {
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

  interface Snapshot {
    workers: { name: string; requests: { refused: object[]; lateMs: number } }[];
    silent: string[];
  }

  /** What the stream sends first. */
  async function firstSnapshot(): Promise<Snapshot> {
    const stop = new AbortController();
    const headers = { Authorization: `Bearer ${admin.token}` };
    const { body } = await fetch(`${cluster.url}/ops/events`, { headers, signal: stop.signal });
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream() as never)) {
      text += String(chunk);
      const data = /^data: (.*)\n\n/m.exec(text);
      if (data) return JSON.parse(data[1]!) as Snapshot;
    }
    throw new Error('The stream ended without a snapshot.');
  }

  describe('the box of what is refused', () => {
    const box = () => page.locator('#refusing');
    /** From now on the page is sent this, again and again. */
    async function showInstead(change: (snapshot: Snapshot) => void): Promise<void> {
      const snapshot = await firstSnapshot();
      change(snapshot);
      await page.unroute('**/ops/events');
      await page.route('**/ops/events', (route) =>
        route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify(snapshot)}\n\n` }),
      );
    }
    afterAll(async () => {
      await page.unroute('**/ops/events');
      await page.setViewportSize({ width: 1280, height: 720 });
      await page.reload();
      await card('api-0').waitFor();
    });

    it('is not there while nothing is, and each worker shows how late it is', async () => {
      await page.locator('[data-worker="api-0"] [data-name="late by"]', { hasText: /\d ms$/ }).waitFor();
      expect(await box().isHidden()).toBe(true);
      for (const { requests } of (await firstSnapshot()).workers)
        expect(requests).toMatchObject({ refused: [], lateMs: expect.any(Number) });
    });

    it('says what, why, how much and by which worker, also on a phone, and goes away', async () => {
      const refusal = { class: 'write', reason: 'wait', perSecond: 600.4, count: 9_000 };
      await showInstead(({ workers }) => {
        workers[0]!.requests.refused = [
          refusal,
          { ...refusal, class: 'cached-read', reason: 'late', perSecond: 0.6 },
        ];
        workers[1]!.requests.refused = [refusal, { ...refusal, class: 'upload', perSecond: 0 }];
      });
      await page.reload();
      await box().waitFor();
      expect(await box().locator('li').allInnerTexts()).toEqual([
        'Writes: 1201/s, since they would wait too long (api-0 600, api-1 600)',
        'Cached reads: 0.6/s, since the worker is late (api-0 0.6)',
      ]);
      await page.locator('#notice', { hasText: 'Requests are being refused.' }).waitFor();
      await page.setViewportSize({ width: 320, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
      expect(await barriersOf(page)).toEqual([]);
      await showInstead(() => {});
      await box().waitFor({ state: 'hidden' });
      await page.locator('#notice', { hasText: 'No request is refused any more.' }).waitFor();
    });

    it('has beside it the card of a worker that runs and does not answer', async () => {
      await showInstead((snapshot) => {
        snapshot.workers = snapshot.workers.filter(({ name }) => name !== 'api-1');
        snapshot.silent = ['api-1'];
      });
      await inState('api-1', 'too busy to answer');
      await page.locator('#notice', { hasText: 'api-1 is too busy to answer.' }).waitFor();
      expect(await card('api-1').innerText()).toMatch(/over 1 s[^]*has not answered within a second/);
      expect(await card('api-1').getByRole('button').getAttribute('aria-disabled')).toBe('true');
      expect(await barriersOf(page)).toEqual([]);
      await showInstead((snapshot) => {
        snapshot.workers = snapshot.workers.filter(({ name }) => name !== 'api-1');
      });
      await card('api-1').waitFor({ state: 'detached' });
    });
  });

  it('cuts off neither the milliseconds nor a route, on a desktop and on a phone', async () => {
    const stop = startLoad({ url: cluster.url, token: admin.token, connections: 2, path: '/tasks?limit=1' });
    try {
      await chips('api-0').first().waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        // The longest that there is.
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

  /** A job that the job worker could do nothing for, and that it does at the next attempt. */
  async function failedUpload(): Promise<string> {
    const mongo = await connectMongo(cluster.stack.info().env.MONGO_URL!);
    const { jobs, avatars } = createRepositories(mongo.connection);
    const userId = randomBytes(12).toString('hex');
    const payload = { userId, digest: 'd', replaces: '' };
    const picture = await newPicture('png', 600, 600);
    const id = await mongo.transaction(async (session) => {
      const job = await jobs.create({ type: 'resize-avatar', payload, requestedBy: admin.id }, session);
      const jobId = String(job._id);
      await avatars.keepUpload({ userId, digest: 'd', jobId }, picture, session);
      await mongo.db
        .collection('jobs')
        .updateOne({ _id: job._id }, { $set: { status: 'running', claim: 'test' } }, { session });
      const until = await jobs.fail(jobId, 'test', 'It failed each time it was tried.', session);
      await avatars.keepOriginal(jobId, until, session);
      return jobId;
    });
    await mongo.close();
    return id;
  }

  it('tries a failed job again, and discards it', async () => {
    const [again, never] = [await failedUpload(), await failedUpload()];
    const [name, other] = [again, never].map((id) => `resize-avatar ${id.slice(-6)}`) as [string, string];
    await page.locator('#failed-jobs li', { hasText: `${name}: It failed each time` }).waitFor();
    // With all that it can show.
    await page.locator('#messages div', { hasText: /^ready\d+$/ }).waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.getByRole('button', { name: `Retry ${name}` }).click();
    await page.locator('#notice', { hasText: `${name}: it is tried again.` }).waitFor();
    await page.locator('#failed-jobs li', { hasText: name }).waitFor({ state: 'detached' });
    expect(await endedJob(cluster.url, admin, `/jobs/${again}`)).toMatchObject({ status: 'done' });
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: `Discard ${other}` }).click();
    await page.locator('#notice', { hasText: `${other}: it was discarded.` }).waitFor();
    await page.locator('#failed-jobs li', { hasText: other }).waitFor({ state: 'detached' });
  });

  it('settles the dead letters: retry keeps what is no job’s, discard takes all', async () => {
    const { AMQP_URL, KEY_PREFIX } = cluster.stack.info().env;
    const rabbit = await amqp.connect(AMQP_URL!);
    const channel = await rabbit.createConfirmChannel();
    for (const content of ['a'.repeat(24), 'no job'])
      channel.sendToQueue(jobQueueNames(KEY_PREFIX!).dead, Buffer.from(content));
    await channel.waitForConfirms();
    await rabbit.close();
    await page.locator('#messages div', { hasText: 'dead letters2' }).waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Retry dead letters' }).click();
    await page.locator('#notice', { hasText: /1 needed nothing, 1 can only be discarded/ }).waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Discard dead letters' }).click();
    await page.locator('#messages div', { hasText: 'dead letters0' }).waitFor();
    await page.locator('#dead-letters').waitFor({ state: 'hidden' });
  });

  it('goes on by itself with another worker where its own is killed', async () => {
    // Whatever it says from now on, however short.
    await page.evaluate(`{
    const place = document.getElementById('connection');
    window.said = [place.textContent];
    new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
  }`);
    const [live] = await page.evaluate<string[]>('window.said');
    const name = /^live, told by (api-\d)$/.exec(live!)?.[1];
    const its = (await cluster.apiWorkers()).find(({ instance }) => `api-${instance}` === name);
    process.kill(its!.pid, 'SIGKILL');
    await eventually(() =>
      page.evaluate(`window.said.includes('reconnecting…') && window.said.at(-1).startsWith('live')`),
    );
    // Nobody had to load it again or to log in.
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
