import type { Page } from 'playwright-core';
import { barriersOf } from '../support/accessibility';
import { usePage } from '../support/browser';
import { newTitle, useCluster } from '../support/cluster';
import { use } from '../support/use';

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());
const opened = usePage(cluster);
let page: Page;
beforeAll(() => void (page = opened()));

/** A type of browsers, which the compiler does not know here. */
interface Browsers {
  localStorage: { setItem(key: string, value: string): void };
}

/** Opens an operation, sends the body by "Try it out", and reads the shown answer. */
async function tryOut(operation: string, body: object, isAwaited = (_status: number) => true) {
  const block = page.locator(`#operations-${operation}`);
  const text = block.locator('textarea.body-param__text');
  if (!(await text.isVisible())) await block.locator('.opblock-summary-control').click();
  await text.fill(JSON.stringify(body));
  const answered = page.waitForResponse(
    (response) => response.request().method() === 'POST' && isAwaited(response.status()),
  );
  await block.locator('button.execute').click();
  const status = (await answered).status();
  const shown = block.locator('.live-responses-table .response', { hasText: new RegExp(`^${status}`) });
  return { status, text: await shown.locator('.response-col_description').innerText() };
}

const credentials = () => ({ email: admin.email, password: admin.password });

describe('the pages for people', () => {
  it('show at / the name and the state of the API, in light and dark, on a phone too', async () => {
    const answer = await page.goto(cluster.url);
    expect(answer!.status()).toBe(200);
    expect(await page.locator('h1').innerText()).toBe('taskfleet');
    await page.getByText('The API is up.').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.getByRole('link', { name: '404 Not found' }).click();
    expect(await page.locator('h1').innerText()).toBe('Not found');
    await page.goBack();
    await page.getByRole('link', { name: 'Live view' }).click();
    expect(await page.title()).toBe('taskfleet live');
    await page.goBack();
    await page.getByRole('link', { name: 'Documentation' }).click();
    await page.locator('#operations-Accounts-logIn').waitFor();
  });

  it('show every operation of the document, and request nothing from another host', async () => {
    await page.goto(`${cluster.url}/docs`);
    expect(await page.title()).toBe('taskfleet API');
    await page.locator('#operations-Tasks-createTask').waitFor();
    const document = (await (await fetch(`${cluster.url}/openapi.json`)).json()) as { paths: object };
    const operations = Object.values(document.paths).flatMap((path: object) => Object.values(path));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    expect(new URL(page.url()).pathname).toBe('/docs/');
  });

  it('use the token of a log-in: an Admin creates a task', async () => {
    const title = newTitle();
    expect((await tryOut('Tasks-createTask', { title })).status).toBe(401);
    const session = await tryOut('Accounts-logIn', credentials());
    expect(session.status).toBe(200);
    const task = await tryOut('Tasks-createTask', { title });
    expect(task.status).toBe(201);
    expect(task.text).toContain(title);
  });

  it('keep the token over a reload, and leave optional fields empty', async () => {
    await page.reload();
    await page.locator('.authorize.locked').waitFor();
    // The address names the operation that was opened last.
    await page.locator('#operations-Accounts-logIn.is-open').waitFor();
    const title = newTitle();
    expect((await tryOut('Tasks-createTask', { title })).status).toBe(201);
    await page.locator('#operations-Tasks-listTasks .opblock-summary-control').click();
    const fields = page.locator('#operations-Tasks-listTasks .parameters input');
    await fields.first().waitFor();
    const filled = await fields.evaluateAll((inputs) =>
      inputs.map((input) => (input as unknown as { value: string }).value).filter(Boolean),
    );
    // The default.
    expect(filled).toEqual(['20']);
  });

  it('renew a token that was refused, and send the request again', async () => {
    await page.evaluate(`for (const [key, value] of Object.entries(sessionStorage))
      sessionStorage.setItem(key, value.replaceAll(/eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+/g, 'expired'))`);
    await page.reload();
    await page.locator('.authorize.locked').waitFor();
    const { status } = await tryOut('Tasks-createTask', { title: newTitle() }, (one) => one === 201);
    expect(status).toBe(201);
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('expired');
  });

  it('include a page for each problem type, with a link back', async () => {
    const { status, text } = await tryOut('Tasks-createTask', { title: '' });
    expect(status).toBe(400);
    const type = /"type": "([^"]+)"/.exec(text)![1]!;
    await page.goto(new URL(type, cluster.url).href);
    expect(await page.locator('h1').innerText()).toBe('Invalid request');
    await page.getByRole('link', { name: 'documentation' }).click();
    await page.locator('#operations-Accounts-logIn').waitFor();
  });

  it('keep the token in their own tab alone', async () => {
    const stored = (from: Page, storage: 'localStorage' | 'sessionStorage') =>
      from.evaluate((name) => JSON.stringify((globalThis as never)[name]), storage);
    expect(await stored(page, 'sessionStorage')).toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
    expect(await stored(page, 'localStorage')).not.toContain('eyJ');
    const other = await page.context().newPage();
    // The page removes what an earlier version left there.
    await other.goto(`${cluster.url}/openapi.json`);
    await other.evaluate(() => (globalThis as never as Browsers).localStorage.setItem('authorized', 'eyJ'));
    await other.goto(`${cluster.url}/docs/`);
    await other.locator('.authorize.unlocked').waitFor();
    expect(await stored(other, 'localStorage')).toBe('{}');
    await other.close();

    await page.locator('.authorize').first().click();
    await page.locator('.modal-btn.auth', { hasText: 'Logout' }).click();
    await page.locator('.close-modal').click();
    await page.reload();
    await page.locator('.authorize.unlocked').waitFor();
    expect(await stored(page, 'sessionStorage')).not.toContain('eyJ');
  });
});
