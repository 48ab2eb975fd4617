import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Payment = Readonly<{ id: string; customer_id: string }>;
type Exported = Readonly<{ query: object }>;
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
    await take('order-3', { amount: 24_800, currency: 'JPY', metadata: { order: '1' } });
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

  it('says what all payments of its filters come to, whatever the filters, as the API does', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const { by_currency } = await desk.api<Summary>('/payments/summary');
    expect(by_currency).toMatchObject({ USD: { count: 2, total_amount: 3_998 }, JPY: { count: 1 } });
    await page.getByText('3 payments · 1 of 24,800 JPY · 2 of 39.98 USD').waitFor();
    for (const [query, total] of [
      [`status=failed&start_date=${today}&end_date=${today}`, '1 payment · 19.99 USD'],
      ['status=failed', '1 payment · 19.99 USD'],
      ['metadata=order%3D1', '1 payment · 24,800 JPY'],
      ['metadata=order%3D2', '0 payments'],
      ['idempotency_key=order-1', '1 payment · 19.99 USD'],
      ['attention=true', '0 payments'],
      ['customer_email=ada%40example.com', '1 payment · 19.99 USD'],
      ['customer_email=eve%40example.com', '0 payments'],
    ]) {
      await page.goto(`${desk.url}/console/payments?${query}`);
      await page.getByText(total ?? '', { exact: true }).waitFor();
    }
  });

  it('leads to a file of the very payments, chosen by the same filters, a customer’s by their id', async () => {
    const { page, faults } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments', 'exports'] });
    await logIn(page, desk.url, token, `/payments?currency=USD&status=failed&start_date=${today}`);
    const asked = async () => {
      await page.getByRole('link', { name: 'Export these' }).click();
      await page.getByRole('dialog').waitFor();
      return Object.fromEntries(new URL(page.url()).searchParams);
    };
    expect(await asked()).toEqual({
      kind: 'payments',
      currency: 'USD',
      status: 'failed',
      start_date: today,
    });
    const since = `${today}T00:00:00.001Z`;
    await page.goto(`${desk.url}/console/payments?customer_email=ada%40example.com&start_date=${since}`);
    expect(await asked()).toEqual({
      kind: 'payments',
      customer_id: paid.customer_id,
      start_date: since,
    });
    await page.goto(`${desk.url}/console/payments?metadata=order%3D1&idempotency_key=order-3`);
    await asked();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByText('Completed').first().waitFor();
    const { items } = await desk.api<Readonly<{ items: readonly Exported[] }>>('/exports');
    expect(items).toMatchObject([
      { query: { metadata: { order: '1' }, idempotency_key: 'order-3' }, progress: { rows_done: 1 } },
    ]);
    await page.goto(`${desk.url}/console/payments?attention=true&end_date=${since}`);
    await asked();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await expect
      .poll(
        async () => (await desk.api<Readonly<{ items: readonly Exported[] }>>('/exports')).items[0]?.query,
      )
      .toEqual({ attention: true, end_date: since });
    expect(faults()).toEqual([]);
  });

  it('finds by an amount with its currency in the box, and says how one is written where it is none', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByText('3 shown').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('24800.5 JPY');
    await page.keyboard.press('Enter');
    await page.getByText('An amount is written as 1,999 JPY.').waitFor();
    await expectFit(page, 'an amount that is none');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('jpy 24,800');
    await page.keyboard.press('Enter');
    await page.getByText('1 payment · 24,800 JPY', { exact: true }).waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      currency: 'JPY',
      min_amount: '24800',
      max_amount: '24800',
    });
    expect(faults()).toEqual([]);
  });

  it('looks an email up once for the list, its total and what comes meanwhile', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    let asked = 0;
    page.on('request', (request) => void (request.url().includes('customer_email') && asked++));
    await page.goto(`${desk.url}/console/payments?customer_email=ada%40example.com`);
    await page.getByText('1 payment · 19.99 USD', { exact: true }).waitFor();
    // The page itself names it in its address.
    expect(asked).toBe(2);
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
