import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The windows in which a page is looked at, in pixels: on a telephone and on a desk. */
export const WIDTHS = [320, 1280];

/** What is wrong for those who use a screen reader, a keyboard or a magnifier, as axe finds it. */
async function barriers(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source);
  // What is in order would be most of the answer, and is looked at here by no test.
  const violations = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    return (await inPage.run({ resultTypes: ['violations'] })).violations;
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}

const fitsItsWindow = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** The page as it is now has no barrier by day or by night, and is no wider than its window. */
export async function expectFit(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), `${what}, ${colorScheme}`).toEqual([]);
  }
  expect(await fitsItsWindow(page), what).toBe(true);
}
