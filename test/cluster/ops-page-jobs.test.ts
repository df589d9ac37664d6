import { randomBytes } from 'node:crypto';
import amqp from 'amqplib';
import type { Page } from 'playwright-core';
import { createRepositories } from '../../src/compose/store';
import { connectMongo } from '../../src/infra/mongo/mongo';
import { jobQueueNames } from '../../src/infra/rabbit/rabbit';
import { barriersOf } from '../support/accessibility';
import { endedJob } from '../support/cluster';
import { useLivePage } from '../support/live-page';
import { newPicture } from '../support/pictures';

const live = useLivePage();
const { cluster, admin, card, inState } = live;
let page: Page;
beforeAll(async () => {
  page = live.page();
  await live.open();
});

describe('jobs on the live page', () => {
  /** Creates a failed job that succeeds at the next attempt. @returns its id */
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

  it('are retried and discarded when they failed', async () => {
    const [again, never] = [await failedUpload(), await failedUpload()];
    const [name, other] = [again, never].map((id) => `resize-avatar ${id.slice(-6)}`) as [string, string];
    await page.locator('#failed-jobs li', { hasText: `${name}: It failed each time` }).waitFor();
    // Now the page shows all its parts.
    await page.locator('#messages div', { hasText: /^ready\d+$/ }).waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.getByRole('button', { name: `Retry ${name}` }).click();
    await page.locator('#notice', { hasText: `${name}: retrying.` }).waitFor();
    await page.locator('#failed-jobs li', { hasText: name }).waitFor({ state: 'detached' });
    expect(await endedJob(cluster.url, admin, `/jobs/${again}`)).toMatchObject({ status: 'done' });
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: `Discard ${other}` }).click();
    await page.locator('#notice', { hasText: `${other}: discarded.` }).waitFor();
    await page.locator('#failed-jobs li', { hasText: other }).waitFor({ state: 'detached' });
  });

  it('lose their dead letters: retry keeps letters without a job, discard removes all', async () => {
    const { AMQP_URL, KEY_PREFIX = 'taskfleet' } = cluster.stack.info().env;
    const rabbit = await amqp.connect(AMQP_URL!);
    const channel = await rabbit.createConfirmChannel();
    for (const content of ['a'.repeat(24), 'no job'])
      channel.sendToQueue(jobQueueNames(KEY_PREFIX).dead, Buffer.from(content));
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
});

interface Snapshot {
  workers: { name: string; requests: { refused: object[]; lateMs: number } }[];
  silent: string[];
}

/** Returns the first snapshot of the stream. */
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

describe('refusals on the live page', () => {
  const box = () => page.locator('#refusing');
  /** Sends the page a changed snapshot from now on, again and again. */
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

  it('are hidden while there are none, and each worker shows its delay', async () => {
    await page.locator('[data-worker="api-0"] [data-name="late by"]', { hasText: /\d ms$/ }).waitFor();
    expect(await box().isHidden()).toBe(true);
    for (const { requests } of (await firstSnapshot()).workers)
      expect(requests).toMatchObject({ refused: [], lateMs: expect.any(Number) });
  });

  it('show class, reason, rate and worker, also on a phone, until they end', async () => {
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
      'Writes: 1201/s, because the wait would be too long (api-0 600, api-1 600)',
      'Cached reads: 0.6/s, because the event loop is late (api-0 0.6)',
    ]);
    await page.locator('#notice', { hasText: 'Requests are being refused.' }).waitFor();
    await page.setViewportSize({ width: 320, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(await barriersOf(page)).toEqual([]);
    await showInstead(() => {});
    await box().waitFor({ state: 'hidden' });
    await page.locator('#notice', { hasText: 'Requests are no longer refused.' }).waitFor();
  });

  it('stand beside the card of a worker that runs but does not answer', async () => {
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
