import { chromium, type Browser } from 'playwright-core';

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
