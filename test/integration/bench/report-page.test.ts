import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { formatHtml, formatMainChart } from '../../../bench/reports/write';
import { startBrowser } from '../../support/browser';
import { newFolder } from '../../support/folder';
import { buildResults } from '../../unit/bench/support/results';

const folder = newFolder();
const addressOf = (name: string) => pathToFileURL(path.join(folder, name)).href;
let browser: Browser;

beforeAll(async () => {
  writeFileSync(path.join(folder, 'page.html'), formatHtml(buildResults()));
  writeFileSync(path.join(folder, 'main.svg'), formatMainChart(buildResults()));
  browser = await startBrowser();
}, 120_000);

afterAll(() => browser?.close());

/** @returns the page, what it asked for beside itself, and what the browser complained of */
async function open(name: string, width: number, colorScheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const faults: string[] = [];
  page.on('request', (request) => request.url() !== addressOf(name) && faults.push(request.url()));
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(addressOf(name));
  return { page, faults };
}

/** Text of drawings that goes beyond the edges of its drawing. */
const clippedTexts = (page: Page) =>
  page.evaluate<string[]>(`
    [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0).flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')]
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
        })
        .map((text) => text.textContent);
    })`);

describe('the report of a bench', () => {
  it.each([1_280, 390])(
    'the page is whole at a width of %i pixels, and asks nothing of anybody',
    async (width) => {
      const { page, faults } = await open('page.html', width);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await clippedTexts(page)).toEqual([]);
      const shown = await page.locator('figure svg:visible').count();
      expect(shown).toBe(await page.locator('figure').count());
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it('the main chart stands alone, in light and in dark', async () => {
    const backgrounds: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const { page, faults } = await open('main.svg', 800, scheme);
      backgrounds.push(await page.evaluate<string>(`getComputedStyle(document.querySelector('rect')).fill`));
      expect(await clippedTexts(page)).toEqual([]);
      expect(faults).toEqual([]);
      await page.close();
    }
    expect(backgrounds).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
  });
});
