import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';

type VendorPayment = Readonly<{
  paymentId: string;
  version: number;
  fraudStatus: string;
  fraudReasons: readonly Readonly<{ detail: string }>[];
  fraudReview?: Readonly<{ outcome: string; notes?: string }>;
}>;
type Report = Readonly<{
  from: string;
  to: string;
  rows: readonly Readonly<{
    fraudStatus: string;
    reviewOutcome: string | null;
    status: string;
    count: number;
  }>[];
}>;
type Queue = Readonly<{ payments: readonly VendorPayment[] }>;

let desk: ConsoleDesk;
let maker: string;
let admin: string;

const make = (vendorId: string, cents: number) =>
  desk.api<VendorPayment>('/approvals/payments', {
    method: 'POST',
    as: maker,
    key: randomUUID(),
    body: {
      incidentId: randomUUID(),
      vendorId,
      payerType: 'back_office',
      amountCents: cents,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: cents }],
    },
  });
const review = (id: string, outcome: string) =>
  desk.api(`/approvals/payments/${id}/review`, {
    method: 'POST',
    as: admin,
    key: randomUUID(),
    body: { outcome },
  });
const read = (id: string) => desk.api<VendorPayment>(`/approvals/payments/${id}`, { as: admin });

/** Flagged, as the vendor's first payment was found to be a fraud. */
async function flagged(...cents: readonly number[]): Promise<readonly VendorPayment[]> {
  const vendorId = randomUUID();
  const first = await make(vendorId, 12_300);
  await review(first.paymentId, 'fraud');
  const payments: VendorPayment[] = [];
  for (const each of cents) payments.push(await make(vendorId, each));
  expect(payments.map(({ fraudStatus }) => fraudStatus)).toEqual(cents.map(() => 'flagged'));
  return payments;
}

describe.runIf(hasChromium())('the review of frauds', () => {
  beforeAll(async () => {
    desk = await openConsole();
    maker = await desk.tokenOf({ role: 'dispatcher' });
    admin = await desk.tokenOf({ role: 'admin' });
  });
  afterAll(() => desk.close());

  it('is done by keyboard, oldest first, with the reasons in words and what was found kept as it was said', async () => {
    const [first, second] = await flagged(18_000, 26_000);
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/approvals');
    await pressPair(page, 'g f');
    const rows = page.locator('[data-row][href^="/console/fraud"]');
    await rows.nth(1).waitFor();
    const { payments } = await desk.api<Queue>('/approvals/payments/unreviewed', { as: admin });
    const links = await Promise.all((await rows.all()).map((row) => row.getAttribute('href')));
    expect(links).toEqual(payments.map(({ paymentId }) => `/console/fraud?payment=${paymentId}`));

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '180.00 USD' }).waitFor();
    for (const { detail } of first?.fraudReasons ?? [])
      await page
        .getByRole('region', { name: /^Score/ })
        .getByText(detail, { exact: true })
        .waitFor();
    await page.getByRole('link', { name: '123.00 USD' }).waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('The vendor knows nothing of it');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: '260.00 USD' }).waitFor();
    await page.keyboard.press('l');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing awaits a review').waitFor();
    expect((await read(first?.paymentId ?? '')).fraudReview).toMatchObject({
      outcome: 'fraud',
      notes: 'The vendor knows nothing of it',
    });
    expect((await read(second?.paymentId ?? '')).fraudReview?.outcome).toBe('legitimate');
    expect(faults()).toEqual([]);
  });

  it('leads from each number of the report to as many payments, of which one is looked at and left again', async () => {
    const [payment] = await flagged(41_000, 42_000, 43_000);
    await review(payment?.paymentId ?? '', 'legitimate');
    const { rows, from, to } = await desk.api<Report>('/approvals/reports/fraud', { as: admin });
    expect(rows.length).toBeGreaterThan(2);
    const { page, faults } = await desk.open({ viewport: { width: 1440, height: 900 } });
    await logIn(page, desk.url, admin, '/fraud');
    const report = page.getByRole('table', { name: 'Payments by risk and outcome' });
    const list = page.getByRole('table', { name: /^Payments of this risk/ });
    for (const [nth, row] of rows.entries()) {
      const { fraudStatus, status } = row;
      const terms = { from, to, fraudStatus, reviewOutcome: row.reviewOutcome ?? 'none', status };
      const address = `${desk.url}/console/fraud?${new URLSearchParams(terms).toString()}`;
      const links = report
        .getByRole('row')
        .nth(nth + 1)
        .getByRole('link');
      await links.first().waitFor();
      // How many, what they come to and how they were scored on average.
      expect(await links.count()).toBe(3);
      for (const link of await links.all()) {
        await link.press('Enter');
        await page.waitForURL(address);
        await page.locator(':focus').getByText(`${row.count} shown, all there are`).waitFor();
        await expect.poll(() => list.getByRole('row').count()).toBe(row.count + 1);
        await page.getByRole('link', { name: 'Clear' }).press('Enter');
        await list.waitFor({ state: 'detached' });
      }
    }
    const own = rows.findIndex(({ reviewOutcome }) => reviewOutcome === 'legitimate');
    const number = report
      .getByRole('row')
      .nth(own + 1)
      .getByRole('link')
      .first();
    await number.press('Enter');
    await list.getByRole('link', { name: '410.00 USD' }).press('Enter');
    await page.getByRole('heading', { name: '410.00 USD' }).waitFor();
    await page.keyboard.press('Escape');
    await list.getByRole('link', { name: '410.00 USD' }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('judges no payment that was changed since it was seen', async () => {
    const [payment] = await flagged(31_000);
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, `/fraud?payment=${payment?.paymentId}`);
    await page.getByRole('heading', { name: '310.00 USD' }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('dialog').waitFor();
    await desk.api(`/approvals/payments/${payment?.paymentId}`, {
      method: 'PATCH',
      as: maker,
      body: { lineItems: [{ description: 'Towing', quantity: 2, unitPriceCents: 31_000 }] },
    });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect((await read(payment?.paymentId ?? '')).fraudReview).toBeUndefined();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: '620.00 USD' }).waitFor();
    await review(payment?.paymentId ?? '', 'legitimate');
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const [payment] = await flagged(44_000);
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, admin, '/fraud');
    await page.locator('[data-row]').first().waitFor();
    await page.getByRole('row').nth(1).waitFor();
    await expectFit(page, 'the queue');
    const number = page.getByRole('row').nth(1).getByRole('link').first();
    const counted = Number(await number.innerText());
    await number.press('Enter');
    await page.locator(':focus').getByText(`${counted} shown, all there are`).waitFor();
    await expectFit(page, 'the payments of a number of the report');
    await page.goto(`${desk.url}/console/fraud?payment=${payment?.paymentId}`);
    await page.getByRole('link', { name: '123.00 USD' }).waitFor();
    await expectFit(page, 'a payment that was flagged');
    await page.keyboard.press('f');
    await page.getByRole('dialog').waitFor();
    await expectFit(page, 'the form that says what it is');
    expect(faults()).toEqual([]);
  });

  it('is shown to dispatchers without the buttons that judge', async () => {
    const [payment] = await flagged(52_000);
    const { page } = await desk.open();
    await logIn(page, desk.url, maker, `/fraud?payment=${payment?.paymentId}`);
    await page.getByRole('heading', { name: '520.00 USD' }).waitFor();
    expect(await page.getByRole('button', { name: /^(Fraud|Legitimate)/ }).count()).toBe(0);
  });
});
