import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** How a page is looked at: by day and by night, on a telephone and on a desk. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, width })),
);

/** What is wrong for those who use a screen reader, a keyboard or a magnifier, as axe finds it. */
async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}

const fitsItsWindow = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** The page as it is now has no barrier, and is no wider than its window. */
export async function expectFit(page: Page, what: string): Promise<void> {
  expect(await barriers(page), what).toEqual([]);
  expect(await fitsItsWindow(page), what).toBe(true);
}
