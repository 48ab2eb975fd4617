import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';

let desk: ConsoleDesk;
let admin: string;

const post = <T = unknown>(path: string, body: object, as = desk.token) =>
  desk.api<T>(path, { method: 'POST', key: randomUUID(), body, as });

const addressOf = (page: Page): string => page.url().slice(`${desk.url}/console`.length);
const isAt = (page: Page, address: string) => expect.poll(() => addressOf(page)).toBe(address);
/** Where the link leads that has the focus. */
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(`document.activeElement.getAttribute('href')`);
const hasFocus = (page: Page, link: string) => expect.poll(() => focused(page)).toBe(`/console${link}`);
const row = (page: Page, at: number) => page.locator('[data-row]').nth(at);
/** Opens the second row of the page with this heading by keyboard; returns where it leads. */
const openSecond = async (page: Page, heading: string): Promise<string> => {
  // The page that was left has rows as well until this one is there.
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  await row(page, 1).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const link = ((await focused(page)) ?? '').replace('/console', '');
  await page.keyboard.press('Enter');
  await isAt(page, link);
  return link;
};
const dialog = (page: Page) => page.getByRole('dialog');

describe.runIf(hasChromium())('the way back', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ merchant: 'merchant-123', role: 'admin', subject: 'olga' });
    for (const amount of [100, 200, 300])
      await post('/payments', { amount, currency: 'EUR', payment_method: 'card' });
    for (const kind of ['payments', 'audit']) await post('/exports', { kind, format: 'csv' });
    for (const price of [1_000, 2_000, 3_000])
      await post(
        '/approvals/payments',
        {
          incidentId: randomUUID(),
          vendorId: randomUUID(),
          payerType: 'back_office',
          amountCents: price,
          lineItems: [{ description: 'Tow', quantity: 1, unitPriceCents: price }],
        },
        await desk.tokenOf({ merchant: 'merchant-123', role: 'dispatcher', subject: 'dispatch' }),
      );
  });
  afterAll(() => desk.close());

  it('from a payment leads to the list with its filters and to the row that was opened, by Escape, by its link and by the browser', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?currency=EUR');
    const link = await openSecond(page, 'Payments');
    const back = page.locator('#page').getByRole('link', { name: 'Payments', exact: true });
    await back.waitFor();
    await page.keyboard.press('Escape');
    await isAt(page, '/payments?currency=EUR');
    await hasFocus(page, link);
    await page.keyboard.press('Enter');
    await isAt(page, link);
    await page.goBack();
    await hasFocus(page, link);
    await page.keyboard.press('Enter');
    await back.click();
    await isAt(page, '/payments?currency=EUR');
    await hasFocus(page, link);
    // It goes on from there.
    await page.keyboard.press('k');
    expect(await focused(page)).toBe(await row(page, 0).getAttribute('href'));
    expect(faults()).toEqual([]);
  });

  it('from a payment whose address was opened, or that was loaded anew, leads to the list all the same', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?currency=EUR');
    const link = await openSecond(page, 'Payments');
    await page.reload();
    await page.getByText('Payment created').waitFor();
    await page.keyboard.press('Escape');
    await isAt(page, '/payments?currency=EUR');
    const other = await page.context().newPage();
    await other.goto(`${desk.url}/console${link}`);
    await other.getByText('Payment created').waitFor();
    await other.keyboard.press('Escape');
    await isAt(other, '/payments');
  });

  it('from a payment that another page led to leads to the payments, not to that page', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/audit');
    const { items } = await desk.api<Readonly<{ items: readonly Readonly<{ id: string }>[] }>>('/payments');
    await page.keyboard.press('Control+k');
    await page
      .getByRole('dialog')
      .getByRole('combobox')
      .fill(items[0]?.id ?? '');
    await page.keyboard.press('Enter');
    await page.getByText('Raw JSON').waitFor();
    await page.keyboard.press('Escape');
    await isAt(page, '/payments');
  });

  it('closes a drawer with one step, and leaves no step behind once it was closed otherwise', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments');
    await row(page, 0).waitFor();
    await pressPair(page, 'g e');
    const link = await openSecond(page, 'Exports');
    await dialog(page).waitFor();
    await page.goBack();
    await dialog(page).waitFor({ state: 'detached' });
    await isAt(page, '/exports');
    await hasFocus(page, link);
    for (const close of ['Escape', 'Close']) {
      await page.keyboard.press('Enter');
      await dialog(page).waitFor();
      if (close === 'Escape') await page.keyboard.press('Escape');
      else await dialog(page).getByRole('button', { name: 'Close' }).click();
      await dialog(page).waitFor({ state: 'detached' });
      await isAt(page, '/exports');
      await hasFocus(page, link);
    }
    await page.goBack();
    await isAt(page, '/payments');
  });

  it('closes a drawer whose address was opened in the place of it', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments');
    await page.goto(`${desk.url}/console/exports?kind=payments`);
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await isAt(page, '/exports');
    await page.goBack();
    await isAt(page, '/payments');
  });

  it.each([320, 1280])('of the inbox is one step however many were looked at, at %d px', async (width) => {
    const { page } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, admin, '/audit');
    await page.locator('summary').first().waitFor();
    await pressPair(page, 'g a');
    const link = await openSecond(page, 'Approvals');
    const approve = page.getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    if (width > 1_000) {
      await row(page, 2).press('Enter');
      await isAt(page, ((await row(page, 2).getAttribute('href')) ?? '').replace('/console', ''));
      await approve.waitFor();
      await page.goBack();
    } else {
      await page.getByRole('button', { name: 'All that wait' }).click();
      await hasFocus(page, link);
    }
    await isAt(page, '/approvals');
    await page.goBack();
    await isAt(page, '/audit');
  });
});
