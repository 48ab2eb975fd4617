import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';

let desk: ConsoleDesk;
let dispatcher: string;

const inAttention = (key: string) =>
  desk.api('/payments', {
    method: 'POST',
    key,
    body: { amount: 1_999, currency: 'USD', payment_method: 'test_amount_differs' },
  });
const attention = async () =>
  (await desk.api<Readonly<{ total: number }>>('/payments?attention=true&limit=1&include=total')).total;
const vendorPayment = () =>
  desk.api('/approvals/payments', {
    method: 'POST',
    as: dispatcher,
    key: randomUUID(),
    body: {
      incidentId: randomUUID(),
      vendorId: randomUUID(),
      payerType: 'back_office',
      amountCents: 4_200,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 4_200 }],
    },
  });

describe.runIf(hasChromium())('the side bar', () => {
  beforeAll(async () => {
    desk = await openConsole();
    dispatcher = await desk.tokenOf({ role: 'dispatcher' });
    for (const key of ['order-1', 'order-2']) await inAttention(key);
    await eventually(async () => expect(await attention()).toBe(2));
    const { id } = await desk.api<Readonly<{ id: string }>>('/webhook_endpoints', {
      method: 'POST',
      key: 'endpoint-1',
      body: { url: 'http://127.0.0.1:65000/', events: ['*'] },
    });
    await desk.api(`/webhook_endpoints/${id}`, { method: 'PATCH', body: { status: 'paused' } });
  });
  afterAll(() => desk.close());

  it('counts what waits on each page as the API does, and goes on counting while it is open', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('link', { name: 'Payments 2 need attention' }).waitFor();
    await page.getByRole('link', { name: 'Webhooks 1 fail or are paused' }).waitFor();
    expect(await page.getByRole('link', { name: 'Customers', exact: true }).count()).toBe(1);
    await inAttention('order-3');
    await page.getByRole('link', { name: 'Payments 3 need attention' }).waitFor();
    expect(await page.getByText('Test mode').count()).toBe(1);
    expect(faults()).toEqual([]);
  });

  it('says only that there are more than 99 where a list has more than a page', async () => {
    for (let made = 0; made < 101; made += 1) await vendorPayment();
    const { page } = await desk.open();
    await logIn(page, desk.url, dispatcher, '/approvals');
    await page.getByRole('link', { name: 'Approvals 99+ wait for approval' }).waitFor();
  });

  it('asks for nothing that the token may not see', async () => {
    const { page } = await desk.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['audit'] });
    await logIn(page, desk.url, token, '/audit');
    await page.locator('summary').first().waitFor();
    expect(asked.filter((path) => path.startsWith('/console/api/'))).toEqual(['/console/api/audit']);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token);
    const menu = page.getByRole('button', { name: 'Menu' });
    if (await menu.isVisible()) await menu.click();
    await page
      .getByRole('link', { name: 'Payments 2 need attention' })
      .or(page.getByRole('link', { name: 'Payments 3 need attention' }))
      .first()
      .waitFor();
    await expectFit(page, 'the side bar with its counts');
    expect(faults()).toEqual([]);
  });
});
