import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, logInByForm, openConsole } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';
import { processorFile, reconciled } from '../support/processor-file.ts';

let desk: ConsoleDesk;
let dispatcher: string;
/** Wants no more deliveries, so that its endpoint is disabled by the first. */
let closed: http.Server;

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

const listen = (name: string, url: string) =>
  desk.api<Readonly<{ id: string }>>('/webhook_endpoints', {
    method: 'POST',
    key: name,
    body: { url, events: ['*'] },
  });
const disabled = async () => {
  const { port } = closed.address() as AddressInfo;
  const { id } = await listen('endpoint-2', `http://127.0.0.1:${port}/gone`);
  await desk.api(`/webhook_endpoints/${id}/test`, { method: 'POST', key: 'test' });
  await eventually(async () =>
    expect(await desk.api(`/webhook_endpoints/${id}`)).toMatchObject({ status: 'disabled' }),
  );
};
const endpointsOn = (page: Page) =>
  page.getByRole('region', { name: /^Endpoints/ }).locator('button[aria-pressed]');

describe.runIf(hasChromium())('the side bar', () => {
  beforeAll(async () => {
    closed = http.createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(410).end());
    });
    await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
    desk = await openConsole();
    dispatcher = await desk.tokenOf({ role: 'dispatcher' });
    for (const key of ['order-1', 'order-2']) await inAttention(key);
    await eventually(async () => expect(await attention()).toBe(2));
    const { id } = await listen('endpoint-1', 'http://127.0.0.1:65000/');
    await desk.api(`/webhook_endpoints/${id}`, { method: 'PATCH', body: { status: 'paused' } });
    await disabled();
    await reconciled(desk, await processorFile(desk, 'po_1', [{ paid: 2_000, says: 1_500 }]));
    for (let made = 0; made < 2; made += 1) await vendorPayment();
  });
  afterAll(async () => {
    await desk.close();
    closed.close();
  });

  it('counts what waits on each page as the API does, and goes on counting while it is open', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('link', { name: '2 need attention' }).waitFor();
    const customers = page.getByRole('listitem').filter({ hasText: 'Customers' });
    expect(await customers.getByRole('link').count()).toBe(1);
    await inAttention('order-3');
    await page.getByRole('link', { name: '3 need attention' }).waitFor();
    expect(await page.getByText('Test mode').count()).toBe(1);
    expect(faults()).toEqual([]);
  });

  it.each([
    ['need attention', '/payments?attention=true', (page: Page) => page.locator('[data-row]')],
    ['are open', '/exceptions?status=open', (page: Page) => page.locator('[data-row]')],
    ['are failing or disabled', '/webhooks?endpoints=failing', endpointsOn],
    ['wait for approval', '/approvals', (page: Page) => page.locator('[data-row]')],
  ])('leads from those that %s to as many rows', async (what, address, rowsOn) => {
    const { page, faults } = await desk.open();
    const isOfApprovals = address === '/approvals';
    await logIn(page, desk.url, isOfApprovals ? dispatcher : desk.token, isOfApprovals ? '/fraud' : '/audit');
    const link = page.getByRole('link', { name: what });
    const count = Number.parseInt(await link.innerText());
    await link.press('Enter');
    await page.waitForURL(`${desk.url}/console${address}`);
    // The page that was left has rows as well until this one is there.
    await expect.poll(() => rowsOn(page).count(), { timeout: 30_000 }).toBe(count);
    expect(faults()).toEqual([]);
  });

  it('says of endpoints what the overview says, which leads to the same, and to every one from there', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/overview');
    await page.getByRole('link', { name: '1 are failing or disabled' }).waitFor();
    await page.getByRole('link', { name: /^Endpoints failing or disabled\s*1$/ }).press('Enter');
    await endpointsOn(page).filter({ hasText: '/gone' }).waitFor();
    expect(await endpointsOn(page).count()).toBe(1);
    await page.getByRole('link', { name: 'Show every endpoint' }).press('Enter');
    await endpointsOn(page).nth(1).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('says only that there are more than 99 where a list has more than a page', async () => {
    for (let made = 0; made < 101; made += 1) await vendorPayment();
    const { page } = await desk.open();
    await logIn(page, desk.url, dispatcher, '/approvals');
    await page.getByRole('link', { name: '99+ wait for approval' }).waitFor();
  });

  it('asks for nothing that the token may not see', async () => {
    const { page } = await desk.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['audit'] });
    await logInByForm(page, desk.url, token, '/audit');
    await page.locator('summary').first().waitFor();
    expect(asked.filter((path) => path.startsWith('/console/api/'))).toEqual(['/console/api/audit']);
  });

  it('is loaded anew where another tab logs out or in as another, as both have one session', async () => {
    const { page } = await desk.open();
    await logInByForm(page, desk.url, desk.token, '/customers');
    await page.getByText('merchant-123', { exact: true }).first().waitFor();
    const other = await page.context().newPage();
    await other.goto(`${desk.url}/console/payments`);
    await other.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
    await logInByForm(other, desk.url, await desk.tokenOf({ merchant: 'merchant-456' }));
    await page.getByText('merchant-456', { exact: true }).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/customers');
    // A tab more of the same session changes nothing.
    await page.evaluate('globalThis.isTheSame = true');
    await (await page.context().newPage()).goto(`${desk.url}/console/customers`);
    await page.getByRole('link', { name: 'Payments', exact: true }).first().click();
    await page.getByText('No payment yet').waitFor();
    expect(await page.evaluate('globalThis.isTheSame')).toBe(true);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token);
    const menu = page.getByRole('button', { name: 'Menu' });
    if (await menu.isVisible()) await menu.click();
    await page
      .getByRole('link', { name: /^[23] need attention$/ })
      .first()
      .waitFor();
    await expectFit(page, 'the side bar with its counts');
    expect(faults()).toEqual([]);
  });
});
