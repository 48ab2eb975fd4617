import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';
import { processorFile, reconciled } from '../support/processor-file.ts';

let desk: ConsoleDesk;

const ordered = async (key: string): Promise<string> => {
  const body = { kind: 'payments' };
  const { export_id } = await desk.api<{ export_id: string }>('/exports', { method: 'POST', key, body });
  return export_id;
};
const aFile = (name: string) => processorFile(desk, name, [{ paid: 700, says: 700 }]);

/** Every number of new rows that the page has ever told of, from now on. */
async function toldOf(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`{
    const told = (globalThis.told = new Set());
    const look = () => {
      for (const { textContent } of document.querySelectorAll('[role=status] button')) told.add(textContent);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  }`);
  return () => page.evaluate<readonly string[]>('[...globalThis.told]');
}

/** A list that is open, with what it has at least one row of. */
async function anOpenList(path: string) {
  const { page, faults } = await desk.open();
  await logIn(page, desk.url, desk.token, path);
  const rows = page.locator('[data-row]');
  await rows.first().waitFor();
  const shown = async (): Promise<readonly (string | undefined)[]> =>
    (
      await rows.evaluateAll((all: readonly { getAttribute(name: string): string | null }[]) =>
        all.map((row) => row.getAttribute('href')),
      )
    ).map((href) => /\w+_[0-9a-f]{32}/.exec(href ?? '')?.[0]);
  const news = page.getByRole('button', { name: '1 new', exact: true });
  return { page, faults, shown, news, told: await toldOf(page) };
}

describe.runIf(hasChromium())('rows of what is ordered', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await ordered('first');
    await reconciled(desk, await aFile('first'));
  });
  afterAll(() => desk.close());

  it('of exports stay where they are when another orders one, and have at once what is ordered here', async () => {
    const { page, faults, shown, news, told } = await anOpenList('/exports');
    const before = await shown();
    const other = await ordered('of-another');
    await news.waitFor();
    expect(await shown()).toEqual(before);
    await page.keyboard.press('n');
    await page.getByLabel('Rows of', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/exports?export=exp_*');
    const own = new URL(page.url()).searchParams.get('export');
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(shown).toEqual([own, ...before]);
    await news.click();
    await expect.poll(shown).toEqual([own, other, ...before]);
    expect(await told()).toEqual(['1 new']);
    expect(faults()).toEqual([]);
  });

  it('of reconciliations stay where they are when another sends a file, and have at once one that is sent here', async () => {
    const { page, faults, shown, news, told } = await anOpenList('/reconciliations');
    const before = await shown();
    const other = await reconciled(desk, await aFile('of-another'));
    await news.waitFor();
    expect(await shown()).toEqual(before);
    const buffer = Buffer.from(await aFile('own'));
    await page.keyboard.press('n');
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Reconcile', exact: true }).press('Enter');
    await page.waitForURL('**/reconciliations/rec_*');
    const own = new URL(page.url()).pathname.split('/').at(-1);
    await page.getByText('Together, all rows of the file').waitFor();
    expect(await told()).toEqual(['1 new']);
    await page.getByRole('link', { name: 'Reconciliation', exact: true }).first().click();
    await expect.poll(shown).toEqual([own, other, ...before]);
    expect(faults()).toEqual([]);
  });
});
