import type { Page } from 'playwright-core';
import { send } from '../support/cluster';
import { useLivePage } from '../support/live-page';
import { eventually } from '../support/wait';

/** Tokens as the page keeps them, in JSON. */
const KEY = 'taskfleet-ops-session';
const REFUSED = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' }, json: {} };

const live = useLivePage();
const { cluster } = live;
let page: Page;
beforeAll(() => void (page = live.page()));

const stored = (from: Page) => from.evaluate<string>(`sessionStorage.getItem('${KEY}')`);
const refreshTokenOf = async (from: Page) =>
  (JSON.parse(await stored(from)) as { refreshToken: string }).refreshToken;
/** Spoils the token of these tokens, as if it had expired by the clock of the server alone. */
const spoilt = (tokens: string) => JSON.stringify({ ...(JSON.parse(tokens) as object), token: 'expired' });
const isRenewable = async (refreshToken: string) =>
  (await send(cluster.url, 'POST', '/users/token', { refreshToken })).status === 200;

/** Reloads the page with a token that is refused. */
async function reloadExpired(one: Page): Promise<void> {
  const tokens = spoilt(await stored(one));
  await one.evaluate(`sessionStorage.setItem('${KEY}', ${JSON.stringify(tokens)})`);
  await one.reload();
  await one.locator('[data-worker="api-0"]').waitFor();
}

/** Opens a tab with the tokens of another one, as a browser duplicates it. */
async function duplicate(tokens: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.addInitScript(`sessionStorage.setItem('${KEY}', ${JSON.stringify(tokens)})`);
  await tab.goto(`${cluster.url}/ops`);
  return tab;
}

describe('the session of a page', () => {
  it('is renewed after a refusal, whatever the clock of the computer says', async () => {
    await live.open();
    const before = await refreshTokenOf(page);
    await reloadExpired(page);
    expect(await refreshTokenOf(page)).not.toBe(before);
  });

  it('goes on in a duplicated tab, whichever of both renews it', async () => {
    const copy = await stored(page);
    const tab = await duplicate(copy);
    await tab.locator('[data-worker="api-0"]').waitFor();
    for (let count = 0; count < 2; count++) await reloadExpired(page);
    await eventually(async () => (await stored(tab)) === (await stored(page)));
    await tab.close();

    // Its refresh token has been replaced twice, and would end the session.
    const late = await duplicate(spoilt(copy));
    await late.locator('[data-worker="api-0"]').waitFor();
    expect(await refreshTokenOf(late)).toBe(await refreshTokenOf(page));
    await late.close();
    await reloadExpired(page);
  });

  it('ends at a log-out in the last minute of the token', async () => {
    await page.clock.install();
    await page.reload();
    await live.card('api-0').waitFor();
    const refreshToken = await refreshTokenOf(page);
    await page.clock.setSystemTime(Date.now() + 3_570_000);
    const answered = page.waitForResponse('**/users/logout');
    await page.getByRole('button', { name: 'Log out' }).click();
    expect((await answered).status()).toBe(204);
    expect(await isRenewable(refreshToken)).toBe(false);
  });

  it('ends at a log-out after the end of the token', async () => {
    await live.open();
    const refreshToken = await refreshTokenOf(page);
    await page.route('**/users/logout', (route) => route.fulfill(REFUSED), { times: 1 });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForResponse((answer) => answer.url().endsWith('/users/logout') && answer.status() === 204);
    expect(await isRenewable(refreshToken)).toBe(false);
  });
});
