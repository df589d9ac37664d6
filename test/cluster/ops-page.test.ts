import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser';
import { send, startCluster, type Cluster } from '../support/cluster';
import type { Account } from '../support/factories';
import { startLoad } from '../support/load';
import { newPicture } from '../support/pictures';

let cluster: Cluster;
let admin: Account;
let browser: Browser;
let page: Page;
/** What the page asked of other hosts, and what the browser complained of. */
const faults: string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
  cluster = await startCluster();
  admin = await cluster.buildAdmin();
  page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== cluster.url) faults.push(`asked for ${request.url()}`);
  });
  // A status of 400 or more is told here too: that of the wrong password is wanted.
  page.on('console', (message) => {
    const isStatus = message.text().startsWith('Failed to load resource: the server responded');
    if (message.type() === 'error' && !isStatus) faults.push(message.text());
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

it('asks for a log-in, and says why it was refused', async () => {
  await page.goto(`${cluster.url}/ops`);
  await logIn('wrong horse');
  await page.locator('#notice', { hasText: /password/i }).waitFor();
  await logIn(admin.password);
  await Promise.all([card('api-0').waitFor(), card('api-1').waitFor()]);
  expect(await page.locator('[data-worker]').count()).toBe(2);
});

it('shows requests in both rows; a worker is drained and resumed without a failed request', async () => {
  const stop = startLoad({ url: cluster.url, token: admin.token, connections: 4, path: '/tasks?limit=1' });
  try {
    await Promise.all([chips('api-0').first().waitFor(), chips('api-1').first().waitFor()]);
    await page.getByRole('button', { name: 'Drain api-1' }).click();
    await inState('api-1', 'drained');
    await untilOnlyIn('api-0', 'api-1');
    // The last one that serves.
    await page.getByRole('button', { name: 'Drain api-0' }).click();
    await page.locator('#notice', { hasText: 'last worker' }).waitFor();
    await page.getByRole('button', { name: 'Resume api-1' }).click();
    await inState('api-1', 'serving');
    await chips('api-1').first().waitFor();
  } finally {
    const { answered, failed, detail } = await stop();
    expect(answered).toBeGreaterThan(0);
    expect({ failed, detail }).toEqual({ failed: 0, detail });
  }
});

it('tries a failed job again, and discards it', async () => {
  const damaged = (await newPicture('png', 600, 600)).subarray(0, 1_000);
  const { status, body } = await send(cluster.url, 'PUT', `/users/${admin.id}/avatar`, damaged, admin.token);
  expect(status).toBe(202);
  const name = `resize-avatar ${(body as { _id: string })._id.slice(-6)}`;
  await page.locator('#dead li', { hasText: `${name}: The picture can not be read` }).waitFor();
  await page.getByRole('button', { name: `Retry ${name}` }).click();
  await page.locator('#notice', { hasText: `${name}: it is tried again.` }).waitFor();
  // Its second attempt fails as well.
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: `Discard ${name}` }).click();
  await page.locator('#notice', { hasText: `${name}: it was discarded.` }).waitFor();
  await page.locator('#dead li', { hasText: name }).waitFor({ state: 'detached' });
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
