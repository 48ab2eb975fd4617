import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Estimate = Readonly<{
  monthly_total: number;
  requests: Readonly<Record<string, unknown>>;
  recommendations: readonly Readonly<{ says: string; wrong_when: string }>[];
}>;

let desk: ConsoleDesk;
let admin: string;

describe.runIf(hasChromium())('the page of what storing payments costs', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['admin'] });
  });
  afterAll(() => desk.close());

  it('shows what the API estimates of the usage in its address, and each recommendation with when it is wrong', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/cost');
    await page.getByLabel('Payments a month', { exact: true }).fill('5000000');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cost?*transactions_per_month=5000000*');
    const estimate = await desk.api<Estimate>(`/cost${new URL(page.url()).search}`, { as: admin });
    const total = new Intl.NumberFormat('en', { minimumFractionDigits: 2 }).format(estimate.monthly_total);
    await page.getByText(`${total} USD`, { exact: true }).first().waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + Object.keys(estimate.requests).length);
    const shown = await page
      .getByRole('region', { name: 'What would cost less' })
      .getByRole('listitem')
      .allTextContents();
    expect(shown.length).toBe(estimate.recommendations.length);
    estimate.recommendations.forEach(({ says, wrong_when }, at) => {
      expect(shown[at]).toContain(says);
      expect(shown[at]).toContain(wrong_when);
    });
  });

  it('says which field the API does not take', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/cost?region=mars-1');
    await page.getByRole('alert').filter({ hasText: 'There are no prices of this region' }).waitFor();
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, admin, '/cost');
    await page.getByRole('row').nth(1).waitFor();
    await expectFit(page, 'what it costs');
    expect(faults()).toEqual([]);
  });
});
