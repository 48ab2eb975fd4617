import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Payment = Readonly<{ id: string }>;
type Summary = Readonly<{ by_currency: Record<string, { count: number; total_amount: number }> }>;

let desk: ConsoleDesk;
let paid: Payment;

const today = new Date().toISOString().slice(0, 10);
const take = (key: string, body: object = {}) =>
  desk.api<Payment>('/payments', {
    method: 'POST',
    key,
    body: { amount: 1_999, currency: 'USD', payment_method: 'card', ...body },
  });

describe.runIf(hasChromium())('the desk of payments', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const customer = await desk.api<{ id: string }>('/customers', {
      method: 'POST',
      key: 'customer-1',
      body: { email: 'ada@example.com', name: 'Ada Lovelace' },
    });
    paid = await take('order-1', { customer_id: customer.id, description: 'A book' });
    await desk.api(`/payments/${paid.id}/refunds`, { method: 'POST', key: 'r-1', body: { amount: 500 } });
    await desk.api(`/customers/${customer.id}`);
    await take('order-2', { payment_method: 'test_declined' });
    await take('order-3', { amount: 24_800, currency: 'JPY' });
  });
  afterAll(() => desk.close());

  it('keeps filters under a name, and goes back to them by the keyboard', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?status=failed');
    await page.getByText('1 shown').waitFor();
    await page.getByRole('button', { name: 'Views' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Keep these filters as', { exact: true }).waitFor();
    await page.keyboard.type('Declined');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Declined' }).waitFor();
    await page.goto(`${desk.url}/console/payments`);
    await page.getByText('3 shown').waitFor();
    await page.getByRole('button', { name: 'Views' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Declined', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 shown').waitFor();
    expect(new URL(page.url()).search).toBe('?status=failed');
    expect(faults()).toEqual([]);
  });

  it('says what all payments of its filters come to as the API does, and where there is no sum', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const { by_currency } = await desk.api<Summary>('/payments/summary');
    expect(by_currency).toMatchObject({ USD: { count: 2, total_amount: 3_998 }, JPY: { count: 1 } });
    await page.getByText('3 payments · 1 of 24,800 JPY · 2 of 39.98 USD').waitFor();
    await page.goto(`${desk.url}/console/payments?status=failed&start_date=${today}&end_date=${today}`);
    await page.getByText('1 payment · 19.99 USD').waitFor();
    await page.goto(`${desk.url}/console/payments?metadata=order%3D1`);
    await page.getByText('0 payments · these filters have no sum').waitFor();
  });

  it('leads to a file of the very payments, where files are chosen by the same filters', async () => {
    const { page, faults } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments', 'exports'] });
    await logIn(page, desk.url, token, `/payments?currency=USD&status=failed&start_date=${today}`);
    await page.getByRole('link', { name: 'Export these' }).click();
    await page.getByRole('dialog').waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      kind: 'payments',
      currency: 'USD',
      status: 'failed',
      start_date: today,
    });
    await page.goto(`${desk.url}/console/payments?metadata=order%3D1`);
    await page.getByText('0 payments').waitFor();
    expect(await page.getByRole('link', { name: 'Export these' }).count()).toBe(0);
    expect(faults()).toEqual([]);
  });

  it('counts nothing by an email, each look-up of which is on record', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    let counted = 0;
    page.on('request', (request) => void (/customer_email.*include=total/.test(request.url()) && counted++));
    await page.goto(`${desk.url}/console/payments?customer_email=ada%40example.com`);
    await page.getByText('1 shown').waitFor();
    await page.getByText('each look-up by an email is on record').waitFor();
    expect(counted).toBe(0);
  });

  it('has the columns that were chosen, also after the page was left', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Description' }).check();
    await page.getByRole('checkbox', { name: 'Key' }).uncheck();
    await page.reload();
    await page.getByRole('cell', { name: 'A book' }).waitFor();
    expect(await page.getByRole('columnheader').allTextContents()).toEqual([
      'Amount',
      'Status',
      'Method',
      'Customer',
      'Description',
      'Created',
    ]);
  });

  it('shows on a payment’s page its entries in T-accounts and who looked at its customer', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${paid.id}`);
    const available = page.getByRole('table', { name: /^Available/ });
    await available.getByText('Refund hold').waitFor();
    const { items } = await desk.api<{ items: readonly { debit: string; credit: string; amount: number }[] }>(
      `/ledger/entries?payment_id=${paid.id}`,
    );
    const left = items.reduce(
      (sum, { debit, credit, amount }) =>
        sum + (credit === 'available' ? amount : 0) - (debit === 'available' ? amount : 0),
      0,
    );
    await available.getByRole('cell', { name: (left / 100).toFixed(2), exact: true }).waitFor();
    await page.getByRole('button', { name: 'Looks' }).click();
    await page.getByText('Customer read').first().waitFor();
  });

  it('says of which kinds its timeline has the latest only', async () => {
    const { page } = await desk.open();
    const more = (path: string) =>
      page.route(`**/api${path}*`, async (route) => {
        const answer = (await (await route.fetch()).json()) as object;
        await route.fulfill({ json: { ...answer, next_cursor: 'next', has_more: true } });
      });
    await more('/audit?entity_type=payment&');
    await more('/webhook_deliveries?');
    const { items } = await desk.api<{ items: readonly unknown[] }>(
      `/audit?entity_type=payment&entity_id=${paid.id}&limit=100`,
    );
    await logIn(page, desk.url, desk.token, `/payments/${paid.id}`);
    const audit = `There are more: these are the latest ${items.length} audit entries`;
    await page.getByText(`${audit} and 0 deliveries.`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Audit', exact: true }).click();
    await page.getByText(`${audit}.`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Events' }).click();
    await page.getByText('There are more').waitFor({ state: 'detached' });
  });

  it('leaves the ledger out for a token that may not read it', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments'] });
    await logIn(page, desk.url, token, `/payments/${paid.id}`);
    await page
      .getByText('Your token does not show the audit trail, who looked, events, and deliveries')
      .waitFor();
    await page.getByRole('heading', { name: 'Ledger' }).waitFor({ state: 'detached' });
  });
});
