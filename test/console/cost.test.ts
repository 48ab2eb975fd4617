import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

const DAY_MS = 86_400_000;

type Estimate = Readonly<{
  usage: Readonly<{ transactions_per_month: number }>;
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

  it('leads from the payments of a merchant that it counts to those payments', async () => {
    const { page, faults } = await desk.open();
    const both = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['admin', 'payments'] });
    await logIn(page, desk.url, both, '/cost?merchant_id=merchant-123');
    const estimate = await desk.api<Estimate>('/cost?merchant_id=merchant-123', { as: admin });
    const counted = `${new Intl.NumberFormat('en').format(estimate.usage.transactions_per_month)} payments`;
    await page.getByRole('link', { name: counted, exact: true }).click();
    await page.getByRole('heading', { name: 'Payments', level: 1 }).waitFor();
    const { searchParams } = new URL(page.url());
    const [from, to] = ['start_date', 'end_date'].map((name) => Date.parse(searchParams.get(name) ?? ''));
    expect([((to ?? 0) - (from ?? 0)) / DAY_MS, new Date(to ?? 0).toISOString()]).toEqual([
      29,
      new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS).toISOString(),
    ]);
    expect(faults()).toEqual([]);
  });

  it('leads an administrator of no merchant to the payments of that one, and none who may not see them', async () => {
    const { page } = await desk.open();
    const chooser = await desk.tokenOf({ role: 'admin', permissions: ['admin', 'payments'] });
    await logIn(page, desk.url, chooser, '/cost?merchant_id=merchant-123');
    const link = page.getByRole('link', { name: / payments$/ });
    expect(await link.getAttribute('href')).toMatch(
      /\/console\/@merchant-123\/payments\?start_date=[\d-]{10}&end_date=[\d-]{10}$/,
    );
    const { page: other } = await desk.open();
    await logIn(other, desk.url, admin, '/cost?merchant_id=merchant-123');
    await other.getByText(/that merchant-123 took on the last 30 whole days/).waitFor();
    expect(await other.getByRole('link', { name: / payments$/ }).count()).toBe(0);
  });

  it('leads from each item of a bill to what it is computed from', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/cost');
    await page.getByText('no payment is counted').waitFor();
    const figures = page.getByRole('region', { name: 'By the month' }).getByRole('link');
    const places: string[] = [];
    for (const figure of await figures.all()) places.push(String(await figure.getAttribute('href')));
    expect(places.length).toBeGreaterThan(12);
    for (const place of new Set(places))
      expect([place, await page.locator(place).count()]).toEqual([place, 1]);
    await figures.first().click();
    expect(await page.evaluate(`'#' + document.activeElement?.id`)).toBe(places[0]);
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
