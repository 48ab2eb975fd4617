import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';
import { ownRow, processorFile, reconciled } from '../support/processor-file.ts';

type Settlement = Readonly<{ id: string; net_amount: number; item_count: number }>;
type Item = Readonly<{ net_amount: number }>;

let desk: ConsoleDesk;
let settlement: Settlement;

describe.runIf(hasChromium())('settlements in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const rows = [
      { paid: 10_000, says: 10_000, fee: 290 },
      { paid: 5_000, says: 5_000, fee: 150 },
      { paid: 2_000, says: 1_500, fee: 60 },
    ];
    const others = [
      ownRow('fee', 25, 'po_1'),
      ownRow('adjustment', -300, 'po_1'),
      ownRow('payout', 14_200, 'po_1', 'BANK-77'),
    ];
    await reconciled(desk, await processorFile(desk, 'po_1', rows, others));
    const { items } = await desk.api<Readonly<{ items: readonly Settlement[] }>>('/settlements');
    const [only] = items;
    if (only === undefined || items.length > 1) throw new Error(`${items.length} settlements`);
    settlement = only;
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('have no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/settlements');
    await page.locator('[data-row]').first().waitFor();
    await expectFit(page, 'settlements');
    await page.goto(`${desk.url}/console/settlements/${settlement.id}`);
    await page.getByText(`${settlement.item_count} shown, all there are`).waitFor();
    await expectFit(page, 'a settlement');
    expect(faults()).toEqual([]);
  });

  it('show an equation whose lines add up to the net, which is that of their rows, and the bank’s line beside it', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await pressPair(page, 'g s');
    await page.getByRole('row', { name: /^2026-03-02/ }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const lines = page.getByRole('table', { name: 'What the settlement comes to, in USD' }).getByRole('row');
    await lines.first().waitFor();
    const written = (await lines.allInnerTexts()).map((text) => text.split('\t').map((cell) => cell.trim()));
    const minor = (name: string) => {
      const [sign, , amount = ''] = written.find(([, each]) => each === name) ?? [];
      return Math.round(Number(amount.replaceAll(/[^\d.]/g, '')) * 100) * (sign === '−' ? -1 : 1);
    };
    const parts = ['Gross', 'Fees', 'Chargebacks', 'Adjustments'].map(minor);
    expect(parts).toEqual([15_000, -465, -0, -300]);
    expect(parts.reduce((sum, each) => sum + each, 0)).toBe(minor('Net'));
    expect(minor('Net')).toBe(settlement.net_amount);
    const { items } = await desk.api<Readonly<{ items: readonly Item[] }>>(
      `/settlements/${settlement.id}/items`,
    );
    expect(items.reduce((sum, { net_amount }) => sum + net_amount, 0)).toBe(minor('Net'));
    await page.getByText('BANK-77').waitFor();
    await page.getByText('142.00 USD').waitFor();
    await page.getByText(/^Locked since .*: nothing changes it any more/).waitFor();
    await page.getByRole('link', { name: 'Mismatched' }).waitFor();
  });

  it('lead from each number to the rows or the exceptions that it is made of', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/settlements');
    const row = page.getByRole('row', { name: /^2026-03-02/ });
    await row.getByRole('link').nth(2).waitFor();
    const address = `${desk.url}/console/settlements/${settlement.id}`;
    const reached = page.locator(':focus');
    await row.getByRole('link', { name: '1', exact: true }).press('Enter');
    await page.waitForURL(`${address}#settlement-exceptions`);
    await reached.getByText('Of rows that did not match, and of the payout').waitFor();
    const kinds = reached.locator('[data-row]');
    await kinds.first().waitFor();
    expect((await kinds.allInnerTexts()).toSorted()).toEqual(['Mismatched', 'Payout difference']);
    const numbers = page.getByRole('table', { name: /^What the settlement/ }).getByRole('link');
    expect(await numbers.count()).toBe(8);
    for (const number of await numbers.all()) {
      await number.press('Enter');
      const isClaimed = (await number.getAttribute('href')) === '#settlement-exceptions';
      await reached.getByRole('table', { name: isClaimed ? /^Exceptions/ : /^Rows/ }).waitFor();
    }
    await page.goto(`${address}#settlement-rows`);
    await page.getByText(`${settlement.item_count} shown, all there are`).waitFor();
    await page.locator('dd').getByRole('link', { name: '1', exact: true }).press('Enter');
    await reached.getByRole('table', { name: /^Exceptions/ }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('are filtered in the address', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/settlements');
    await page.getByLabel('Currency', { exact: true }).fill('eur');
    await page.keyboard.press('Enter');
    await page.getByText('No settlement matches').waitFor();
    expect(new URL(page.url()).search).toBe('?currency=EUR');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('1 shown, all there are').waitFor();
  });
});
