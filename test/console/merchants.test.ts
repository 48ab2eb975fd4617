import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';

type Merchant = Readonly<{
  id: string;
  name: string;
  status: string;
  version: number;
  rate_limits: Readonly<{
    payments_per_minute: number;
    max_payment_amount: number;
    max_payment_amounts?: Readonly<Record<string, number>>;
  }>;
}>;

let desk: ConsoleDesk;
let admin: string;

const read = (id: string) => desk.api<Merchant>(`/merchants/${id}`, { as: admin });
const open = (id: string) =>
  desk.api<Merchant>('/merchants', {
    method: 'POST',
    as: admin,
    key: id,
    body: {
      id,
      name: `Shop ${id}`,
      email: 'shop@example.com',
      rate_limits: { max_payment_amount: 500_000, max_payment_amounts: { JPY: 900_000 } },
    },
  });

describe.runIf(hasChromium())('merchants in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['admin'] });
    for (const id of ['shop-1', 'shop-2']) await open(id);
  });
  afterAll(() => desk.close());

  it('are given other limits by keyboard, one currency of them taken away and another added', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/cost');
    await pressPair(page, 'g m');
    await page.getByRole('link', { name: 'Shop shop-1' }).waitFor();
    const { items } = await desk.api<Readonly<{ items: readonly Merchant[] }>>('/merchants', { as: admin });
    expect(await page.locator('[data-row]').allTextContents()).toEqual(items.map(({ name }) => name));
    await page.getByRole('link', { name: 'Shop shop-1' }).press('Enter');
    await page.getByText('At most 5,000.00 USD').waitFor();
    await page.getByRole('button', { name: 'Change limits…' }).press('Enter');
    await page.getByLabel('Payments a minute', { exact: true }).fill('sixty');
    await page.keyboard.press('Enter');
    await page.getByText('A limit is a number').waitFor();
    await page.getByLabel('Payments a minute', { exact: true }).fill('60');
    await page.getByLabel('One payment, JPY', { exact: true }).fill('');
    await page.getByLabel('Another currency', { exact: true }).fill('eur');
    await page.keyboard.press('Enter');
    await page.getByLabel('One payment, EUR', { exact: true }).fill('1234.50');
    await page.keyboard.press('Enter');
    await page.getByText('At most 1,234.50 EUR').waitFor();
    expect((await read('shop-1')).rate_limits).toMatchObject({
      payments_per_minute: 60,
      max_payment_amount: 500_000,
      max_payment_amounts: { EUR: 123_450 },
    });
    expect((await read('shop-1')).rate_limits.max_payment_amounts).not.toHaveProperty('JPY');
    expect(faults()).toEqual([]);
  });

  it('are given no limit by a form in which a currency was written and not added, or that the API does not know', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/merchants/shop-1');
    await page.getByRole('button', { name: 'Change limits…' }).press('Enter');
    const another = page.getByLabel('Another currency', { exact: true });
    const set = page.getByRole('button', { name: 'Set limits' });
    await another.fill('eu');
    await set.click();
    await page.getByText('A currency is three letters').waitFor();
    await another.fill('xxx');
    await set.click();
    const limit = page.getByLabel('One payment, XXX', { exact: true });
    await limit.fill('5');
    await set.click();
    await page
      .getByRole('alert')
      .filter({ hasText: /XXX must be the code of an ISO 4217 currency/ })
      .waitFor();
    await limit.fill('');
    await set.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change limits…' }).and(page.locator(':focus')).waitFor();
  });

  it('are suspended and resumed, and not by a form that shows what others have changed since', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/merchants/shop-2');
    const suspend = page.getByRole('button', { name: 'Suspend…' });
    await suspend.press('Enter');
    await page.getByText('No payment, capture, transfer or payout begins').waitFor();
    const reason = page.getByLabel('Reason', { exact: true });
    await page.keyboard.press('Enter');
    await page.getByText('A suspension has a reason.').waitFor();
    expect((await read('shop-2')).status).toBe('active');
    await page.keyboard.type('Documents are awaited');
    await desk.api('/merchants/shop-2', { method: 'PATCH', as: admin, body: { name: 'Shop of two' } });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect((await read('shop-2')).status).toBe('active');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Shop of two' }).waitFor();
    await suspend.press('Enter');
    await reason.waitFor();
    await page.keyboard.type('  Documents of the owner are awaited ');
    await page.keyboard.press('Enter');
    const resume = page.getByRole('button', { name: 'Resume…' });
    await resume.waitFor();
    await page.getByText('Documents of the owner are awaited', { exact: true }).first().waitFor();
    expect(await read('shop-2')).toMatchObject({
      status: 'suspended',
      status_reason: 'Documents of the owner are awaited',
    });
    await resume.press('Enter');
    await page.keyboard.press('Enter');
    await suspend.waitFor();
    expect((await read('shop-2')).status).toBe('active');
    expect(await read('shop-2')).not.toHaveProperty('status_reason');
    expect(await page.getByText('Suspended because').count()).toBe(0);
  });

  it('keep what the server says of a reason that it does not take beside it', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/merchants/shop-1');
    await page.getByRole('button', { name: 'Suspend…' }).press('Enter');
    await page.getByLabel('Reason', { exact: true }).fill('Paid with 4111 1111 1111 1111');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('alert').getByText('card').first().waitFor();
    expect(await page.getByLabel('Reason', { exact: true }).inputValue()).toContain('4111');
    expect((await read('shop-1')).status).toBe('active');
  });

  it.each(WIDTHS)('have no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, admin, '/merchants');
    await page.locator('[data-row]').nth(1).waitFor();
    await expectFit(page, 'merchants');
    await page.goto(`${desk.url}/console/merchants/shop-1`);
    await page.getByText('At most 5,000.00 USD').waitFor();
    await expectFit(page, 'a merchant');
    await page.getByRole('button', { name: 'Change limits…' }).click();
    await page.getByRole('dialog').waitFor();
    await expectFit(page, 'the form of its limits');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Suspend…' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('A suspension has a reason.').waitFor();
    await expectFit(page, 'the form that suspends');
    expect(faults()).toEqual([]);
  });

  it('are no page of those who manage none', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/merchants');
    await page.getByRole('alert').filter({ hasText: '`admin`' }).waitFor();
    expect(await page.getByRole('link', { name: 'Merchants' }).count()).toBe(0);
  });
});
