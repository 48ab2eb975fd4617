import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Thing = Readonly<{ id: string }>;

let desk: ConsoleDesk;
let customer: Thing;
let paid: Thing;

const take = (key: string, body: object = {}) =>
  desk.api<Thing>('/payments', {
    method: 'POST',
    key,
    body: { amount: 1_999, currency: 'USD', payment_method: 'card', ...body },
  });
const looks = async () =>
  (
    await desk.api<Readonly<{ items: readonly unknown[] }>>(
      `/audit?entity_type=customer_access&entity_id=${customer.id.replace('cus_', 'cac_')}`,
    )
  ).items.length;
const searches = (page: Page): (() => number) => {
  let asked = 0;
  page.on('request', (request) => void (request.url().includes('/search?') && asked++));
  return () => asked;
};

describe.runIf(hasChromium())('the palette', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const body = { email: 'ada@example.com', name: 'Ada Lovelace' };
    customer = await desk.api('/customers', { method: 'POST', key: 'customer-1', body });
    paid = await take('order-1', { customer_id: customer.id, metadata: { order: '1001' } });
    await take('order-2', { amount: 777_777, currency: 'JPY' });
  });
  afterAll(() => desk.close());

  it('looks an email up once, when Enter is pressed, and shows the customer and what they paid', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const asked = searches(page);
    const before = await looks();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').pressSequentially('ada@example.com');
    await page.getByRole('option', { name: 'ada@example.com' }).waitFor();
    expect([asked(), await looks()]).toEqual([0, before]);
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: customer.id }).waitFor();
    await page.getByRole('option', { name: paid.id }).waitFor();
    expect([asked(), await looks()]).toEqual([1, before + 1]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Payment created').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/payments/${paid.id}`);
    expect(asked()).toBe(1);
    expect(faults()).toEqual([]);
  });

  it.each([
    ['its id', () => paid.id],
    ['its key', () => 'order-1'],
    ['its metadata', () => 'order=1001'],
  ])('goes to the one payment that is found by %s', async (_, text) => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(text());
    await page.keyboard.press('Enter');
    await page.getByText('Payment created').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/payments/${paid.id}`);
  });

  it('finds an amount as people write it, and says where nothing is found', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('888888 JPY');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing of this merchant is named so.').waitFor();
    await page.getByRole('combobox').fill('777777 JPY');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '777,777 JPY' }).waitFor();
  });

  it('leads to all payments of an amount where there are more than it shows', async () => {
    await desk.api('/payments/batch', {
      method: 'POST',
      key: 'many',
      body: {
        payments: Array.from({ length: 25 }, (_, n) => ({
          amount: 555,
          currency: 'EUR',
          payment_method: 'card',
          idempotency_key: `many-${n}`,
        })),
      },
    });
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('5.55 EUR');
    await page.keyboard.press('Enter');
    await page.getByText('Amounts since').waitFor();
    await page.getByRole('option', { name: 'All payments of 5.55 EUR' }).click();
    await page.getByText('25 payments · 138.75 EUR', { exact: true }).waitFor();
  });
});
