import { chromium, type Browser, type Page } from 'playwright-core';

/** Starts a headless Chromium that makes no network requests by itself. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.TEST_BROWSER;
  if (!executablePath) {
    throw new Error(
      'There is no Chromium, and `npm test` could not install one (its first lines say why). Install Chromium' +
        ' or Chrome so that it is on the PATH, or run `npx playwright-core install --with-deps chromium`.',
    );
  }
  const quiet = ['background-networking', 'component-update', 'sync', 'quic', 'gpu'];
  return chromium.launch({
    executablePath,
    args: ['--headless=new', '--no-sandbox', '--no-first-run', ...quiet.map((name) => `--disable-${name}`)],
  });
}

/** What these tests provoke: a refused log-in or request, and the stream of a worker that is killed. */
const PROVOKED = /^Failed to load resource: (the server responded|net::ERR_(INCOMPLETE_CHUNKED|HTTP2|EMPTY))/;

/** Opens a page for this file, and fails a test if the page asks another host or the browser reports an error. */
export function usePage(cluster: { url: string }): () => Page {
  let browser: Browser | undefined;
  let opened: Page | undefined;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await startBrowser();
    opened = await (await browser.newContext()).newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== cluster.url) faults.push(`requested ${request.url()}`);
    });
    // The browser reports violations of the page's policy here.
    opened.on('console', (message) => {
      if (message.type() === 'error' && !PROVOKED.test(message.text())) faults.push(message.text());
    });
    opened.on('pageerror', (error) => faults.push(error.message));
  }, 120_000);
  afterEach(() => expect(faults).toEqual([]));
  afterAll(() => browser?.close());
  return () => opened!;
}
