import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser';
import { useCluster } from './cluster';
import { use } from './use';

/** Opens the live page of a cluster in Chromium, and fails a test if the browser reports an error meanwhile. */
export function useLivePage() {
  let browser: Browser | undefined;
  let opened: Page | undefined;
  /** Requests to other hosts, and errors that the browser reports. */
  const faults: string[] = [];
  const cluster = useCluster();
  const admin = use(() => cluster.buildAdmin());
  const page = () => opened!;

  beforeAll(async () => {
    browser = await startBrowser();
    opened = await browser.newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== cluster.url) faults.push(`requested ${request.url()}`);
    });
    // The browser also reports what these tests provoke: a refused log-in, and the stream of a worker that is killed.
    opened.on('console', (message) => {
      const isWanted =
        /^Failed to load resource: (the server responded|net::ERR_(INCOMPLETE_CHUNKED|HTTP2|EMPTY))/.test(
          message.text(),
        );
      if (message.type() === 'error' && !isWanted) faults.push(message.text());
    });
    opened.on('pageerror', (error) => faults.push(error.message));
  }, 120_000);
  afterEach(() => expect(faults).toEqual([]));
  afterAll(() => browser?.close());

  const card = (name: string) => page().locator(`[data-worker="${name}"]`);
  return {
    cluster,
    admin,
    /** Returns the page once the hooks have opened it. */
    page,
    card,
    chips: (name: string) => page().locator(`[data-lane="${name}"] .chip`),
    inState: (name: string, state: string) =>
      page().locator(`[data-worker="${name}"][data-state="${state}"]`).waitFor(),
    async logIn(password = admin.password): Promise<void> {
      await page().getByLabel('E-mail or user name').fill(admin.email);
      await page().getByLabel('Password').fill(password);
      await page().getByRole('button', { name: 'Log in' }).click();
    },
    /** Opens the page, logs in and waits for both workers. */
    async open(): Promise<void> {
      await page().goto(`${cluster.url}/ops`);
      await this.logIn();
      await Promise.all([card('api-0').waitFor(), card('api-1').waitFor()]);
    },
  };
}
