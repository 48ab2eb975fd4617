import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, hearNothing, logIn, openConsole } from '../support/console-window.ts';

type VendorPayment = Readonly<{ paymentId: string; status: string }>;

const MANY = 105;

let desk: ConsoleDesk;
let maker: string;
let admin: string;
let newest: VendorPayment;

const terms = (cents: number, description: string) => ({
  amountCents: cents,
  lineItems: [{ description, quantity: 1, unitPriceCents: cents }],
});

describe.runIf(hasChromium())('an inbox of more approvals than a page has', () => {
  beforeAll(async () => {
    desk = await openConsole();
    maker = await desk.tokenOf({ role: 'dispatcher' });
    admin = await desk.tokenOf({ role: 'admin' });
    for (let each = 1; each <= MANY; each++)
      newest = await desk.api<VendorPayment>('/approvals/payments', {
        method: 'POST',
        as: maker,
        key: randomUUID(),
        body: {
          incidentId: randomUUID(),
          vendorId: randomUUID(),
          payerType: 'back_office',
          ...terms(10_000 + each, `Tow ${each}`),
        },
      });
  });
  afterAll(() => desk.close());

  it('leads to the newest, which is looked at, stays up to date and is approved with others by what was picked', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/approvals');
    await page.getByText('100 shown', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText(`${MANY} shown, all there are`, { exact: true }).waitFor();
    await expectFit(page, 'the inbox to its end');

    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '101.05 USD' }).waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    await page.locator(`[data-row="${newest.paymentId}"]`).focus();
    await page.keyboard.press('x');
    await desk.api(`/approvals/payments/${newest.paymentId}`, {
      method: 'PATCH',
      as: maker,
      body: terms(20_000, 'Crane'),
    });
    await page.locator(`[data-row="${newest.paymentId}"]`).getByText('Crane').waitFor();
    await page.getByText('The terms were changed while you looked').waitFor();

    await page.getByRole('button', { name: 'Approve 2 picked' }).click();
    await page.getByRole('button', { name: 'Approve 2', exact: true }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(`${MANY - 1} shown, all there are`, { exact: true }).waitFor();
    const { status } = await desk.api<VendorPayment>(`/approvals/payments/${newest.paymentId}`, {
      as: admin,
    });
    expect(status).toBe('pending_approval');
    expect(faults()).toEqual([]);
  });

  it('is asked for once where it is shown and counted', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/payments/pending')) asked.push(request.url());
    });
    for (const path of ['/approvals', '/overview']) {
      asked.length = 0;
      const both = await desk.tokenOf({ merchant: 'merchant-123', role: 'admin' });
      if (path === '/approvals') await logIn(page, desk.url, both, path);
      else await page.goto(`${desk.url}/console${path}`);
      await page.getByRole('link', { name: /99\+/ }).waitFor();
      expect(asked, path).toHaveLength(1);
    }
  });

  it('is counted by its oldest hundred, and says so', async () => {
    const { page } = await desk.open();
    const both = await desk.tokenOf({ merchant: 'merchant-123', role: 'admin' });
    await logIn(page, desk.url, both, '/overview');
    await page.getByRole('row', { name: 'Approvals, the oldest 100' }).waitFor();
    await page.getByRole('link', { name: /100 or more/ }).waitFor();
    await page.getByRole('link', { name: /99\+/ }).waitFor();
  });
});
