import { source as axe, type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The violations of WCAG 2.2 AA on the page, in light and in dark mode. */
export async function barriersOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The debugger injects it: the page's own policy allows no other script.
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate<AxeResults>(
      `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`,
    );
    const contrasts = passes.find(({ id }) => id === 'color-contrast');
    if (!contrasts) found.push(`${colorScheme}: no contrast was checked`);
    for (const { id, nodes } of violations)
      found.push(
        ...nodes.map(({ html, failureSummary }) => `${colorScheme} ${id}: ${html} ${failureSummary}`),
      );
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return found;
}
