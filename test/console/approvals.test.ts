import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type VendorPayment = Readonly<{
  paymentId: string;
  version: number;
  status: string;
  termsHash: string;
  approvals: readonly Readonly<{ by: string; termsHash: string }>[];
  rejectedReason?: string;
}>;
type Line = readonly [string, number, number];

let desk: ConsoleDesk;
let maker: string;
let admin: string;

const terms = (lines: readonly Line[]) => ({
  amountCents: lines.reduce((sum, [, quantity, each]) => sum + quantity * each, 0),
  lineItems: lines.map(([description, quantity, unitPriceCents]) => ({
    description,
    quantity,
    unitPriceCents,
  })),
});
const make = (...lines: readonly Line[]) => makeFor(randomUUID(), ...lines);
const makeFor = (vendorId: string, ...lines: readonly Line[]) =>
  desk.api<VendorPayment>('/approvals/payments', {
    method: 'POST',
    as: maker,
    key: randomUUID(),
    body: { incidentId: randomUUID(), vendorId, payerType: 'back_office', ...terms(lines) },
  });
const change = (id: string, ...lines: readonly Line[]) =>
  desk.api(`/approvals/payments/${id}`, { method: 'PATCH', as: maker, body: terms(lines) });
const read = (id: string) => desk.api<VendorPayment>(`/approvals/payments/${id}`, { as: admin });

describe.runIf(hasChromium())('the inbox of approvals', () => {
  beforeAll(async () => {
    desk = await openConsole();
    maker = await desk.tokenOf({ role: 'dispatcher' });
    admin = await desk.tokenOf({ role: 'admin' });
  });
  afterAll(() => desk.close());

  it('is cleared by keyboard: one approved, one approved after its change was seen, one rejected with its reason', async () => {
    const [first, second, third] = [
      await make(['Towing', 1, 18_000]),
      await make(['Crane', 3, 32_000]),
      await make(['Locksmith', 1, 9_900]),
    ];
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/approvals');
    await page.locator('[data-row]').nth(2).waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '180.00 USD' }).waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '960.00 USD' }).waitFor();

    await change(second.paymentId, ['Crane', 5, 32_000]);
    await page.getByText('The terms were changed while you looked').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'What changed since you saw it' }).waitFor();
    expect(await page.getByRole('row', { name: /Crane/ }).textContent()).toContain('Changed');
    expect((await read(second.paymentId)).status).toBe('pending_approval');
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: '99.00 USD' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('Enter');
    await page.getByText('A rejection has a reason.').waitFor();
    await page.keyboard.type('paid twice');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for approval').waitFor();

    expect((await read(first.paymentId)).status).toBe('approved');
    const changed = await read(second.paymentId);
    expect(changed.approvals.map(({ termsHash }) => termsHash)).toEqual([changed.termsHash]);
    expect(changed.termsHash).not.toBe(second.termsHash);
    expect(await read(third.paymentId)).toMatchObject({ status: 'cancelled', rejectedReason: 'paid twice' });
    expect(faults()).toEqual([]);
  });

  it('is cleared in fewer than ten actions of the keyboard where two changed since they were seen, each with its change', async () => {
    const items = [await make(['Ramp', 1, 11_000]), await make(['Jack', 2, 12_000])] as const;
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, `/approvals?payment=${items[0].paymentId}`);
    await page.getByRole('heading', { name: '110.00 USD' }).waitFor();
    await page.goto(`${desk.url}/console/approvals?payment=${items[1].paymentId}`);
    await page.getByRole('heading', { name: '240.00 USD' }).waitFor();
    await change(items[0].paymentId, ['Ramp', 3, 11_000]);
    await change(items[1].paymentId, ['Jack', 4, 12_000]);
    await page.goto(`${desk.url}/console/approvals`);
    await page.locator('[data-row]').nth(1).waitFor();

    let actions = 0;
    const press = (key: string) => (actions++, page.keyboard.press(key));
    await press('j');
    await press('Enter');
    for (const [sum, name] of [
      ['330.00 USD', /Ramp/],
      ['480.00 USD', /Jack/],
    ] as const) {
      await page.getByRole('heading', { name: sum }).waitFor();
      await page.getByRole('heading', { name: 'What changed since you saw it' }).waitFor();
      expect(await page.getByRole('row', { name }).textContent()).toContain('Changed');
      await press('a');
      await press('Enter');
    }
    await page.getByText('Nothing waits for approval').waitFor();
    expect(actions).toBeLessThan(10);
    for (const { paymentId } of items) expect((await read(paymentId)).status).toBe('approved');
    expect(faults()).toEqual([]);
  });

  it('shows what changed to an approver who hears the events of a merchant as well, of which none is of approvals', async () => {
    const { paymentId } = await make(['Winch', 1, 21_000]);
    const { page, faults } = await desk.open();
    const both = await desk.tokenOf({ merchant: 'merchant-123', role: 'admin' });
    await logIn(page, desk.url, both, `/approvals?payment=${paymentId}`);
    await page.getByRole('heading', { name: '210.00 USD' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    // What was missed before the stream was open is asked for once.
    await page.waitForResponse((response) => response.url().endsWith(`/approvals/payments/${paymentId}`));
    await change(paymentId, ['Winch', 2, 21_000]);
    await page.getByText('The terms were changed while you looked').waitFor();
    expect(faults()).toEqual([]);
    await desk.api(`/approvals/payments/${paymentId}/reject`, {
      method: 'POST',
      as: admin,
      body: { reason: 'a test of its own' },
    });
  });

  it('approves nothing that was changed in the moment before, and shows the change', async () => {
    const { paymentId } = await make(['Tyres', 4, 6_500]);
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, `/approvals?payment=${paymentId}`);
    await page.getByRole('heading', { name: '260.00 USD' }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('dialog').waitFor();
    await change(paymentId, ['Tyres', 4, 9_500]);
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByRole('alert')
      .filter({ hasText: 'The approval does not hold' })
      .waitFor();
    expect(await read(paymentId)).toMatchObject({ status: 'pending_approval', approvals: [] });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show what changed' }).click();
    await page.getByRole('heading', { name: '380.00 USD' }).waitFor();
  });

  it('approves several of one tier by keyboard, each by the terms it had when it was picked', async () => {
    const vendorId = randomUUID();
    const [kept, changed] = [await makeFor(vendorId, ['Battery', 1, 12_000]), await make(['Fuel', 2, 3_000])];
    const large = await make(['Heavy recovery', 1, 900_000]);
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/approvals');
    for (const { paymentId } of [kept, changed]) {
      await page.locator(`[data-row="${paymentId}"]`).focus();
      await page.keyboard.press('x');
    }
    await page.getByRole('button', { name: 'Approve 2 picked' }).waitFor();
    expect(await page.getByRole('checkbox', { name: /Heavy recovery/ }).isDisabled()).toBe(true);
    await change(changed.paymentId, ['Fuel', 9, 3_000]);
    await page.getByRole('button', { name: 'Approve 2 picked' }).press('Enter');
    await page.getByRole('button', { name: 'Approve 2', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Done' }).waitFor();
    const outcome = (text: string) =>
      page.getByRole('dialog').getByRole('listitem').filter({ hasText: text });
    expect(await outcome('Battery').textContent()).toContain('Approved');
    expect(await outcome('Fuel').textContent()).toContain('Refused');
    expect((await read(kept.paymentId)).status).toBe('approved');
    expect(await read(changed.paymentId)).toMatchObject({ status: 'pending_approval', approvals: [] });
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /picked$/ }).waitFor({ state: 'detached' });

    const next = await makeFor(vendorId, ['Tow', 1, 11_000]);
    await page.goto(`${desk.url}/console/approvals?payment=${next.paymentId}`);
    await page.getByText('Has waited less than a minute for a dispatcher or admin.').waitFor();
    await page.getByRole('row', { name: '120.00 USD Approved' }).getByRole('link').click();
    await page.getByRole('heading', { name: '120.00 USD' }).waitFor();
    await page.goto(`${desk.url}/console/approvals?payment=${large.paymentId}`);
    await page.getByText('for 2 of dispatcher or admin.').waitFor();
    expect(faults()).toEqual([]);
  });

  it('says when each is due, the same day in every zone, and shows that it was put off while it was looked at', async () => {
    const due = (id: string, dueDate: string | null) =>
      desk.api(`/approvals/payments/${id}`, { method: 'PATCH', as: maker, body: { dueDate } });
    const [late, early] = [await make(['Late', 1, 15_100]), await make(['Early', 1, 15_200])];
    await due(late.paymentId, '2020-02-29');
    await due(early.paymentId, '2999-12-31');
    const { page, faults } = await desk.open({ timezoneId: 'Pacific/Honolulu' });
    await logIn(page, desk.url, admin, '/approvals');
    const row = ({ paymentId }: VendorPayment) => page.locator(`[data-row="${paymentId}"]`);
    await row(late)
      .getByText(/^Overdue by [0-9]{4} days$/)
      .waitFor();
    await row(early).getByText('Due 31 Dec 2999', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Times in UTC; switch' }).click();
    await page.getByRole('button', { name: 'Times in local time; switch' }).waitFor();
    await row(early).getByText('Due 31 Dec 2999', { exact: true }).waitFor();

    await row(late).press('Enter');
    await page.getByRole('heading', { name: '151.00 USD' }).waitFor();
    await page.getByText('29 Feb 2020', { exact: true }).waitFor();
    await due(late.paymentId, '2999-01-01');
    await page.getByRole('button', { name: 'Show what changed' }).click();
    const change = page.getByRole('listitem').filter({ has: page.locator('s', { hasText: '29 Feb 2020' }) });
    await change.getByText('1 Jan 2999', { exact: true }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('says how near a due date is by the day in the zone that times are read in', async () => {
    const made = await make(['Tomorrow', 1, 16_100]);
    await desk.api(`/approvals/payments/${made.paymentId}`, {
      method: 'PATCH',
      as: maker,
      body: { dueDate: '2999-05-10' },
    });
    const { page, faults } = await desk.open({ timezoneId: 'Pacific/Kiritimati' });
    // There it is the eleventh already.
    await page.clock.setFixedTime('2999-05-10T20:00:00Z');
    await logIn(page, desk.url, admin, `/approvals?payment=${made.paymentId}`);
    const row = page.locator(`[data-row="${made.paymentId}"]`);
    await row.getByText('Due today', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Times in UTC; switch' }).click();
    await row.getByText('Overdue by 1 day', { exact: true }).waitFor();
    await page.locator('main').getByText('Overdue by 1 day', { exact: true }).nth(1).waitFor();
    await page.getByRole('button', { name: 'Times in local time; switch' }).click();
    await row.getByText('Due today', { exact: true }).waitFor();
    expect(faults()).toEqual([]);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { paymentId } = await make(['Recovery', 1, 480_000], ['Crane', 3, 32_000]);
    const dated = (dueDate: string) =>
      desk.api(`/approvals/payments/${paymentId}`, { method: 'PATCH', as: maker, body: { dueDate } });
    await dated('2020-02-29');
    const { termsHash } = await read(paymentId);
    const approve = { method: 'POST', as: admin, key: randomUUID(), body: { termsHash } };
    await desk.api(`/approvals/payments/${paymentId}/approve`, approve);
    await dated('2021-01-01');
    await change(paymentId, ['Recovery', 1, 480_000], ['Crane', 5, 32_000]);
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, maker, '/approvals');
    await page.locator('[data-row]').first().waitFor();
    await page.getByRole('checkbox').first().check();
    await expectFit(page, 'the inbox');
    await page.getByRole('button', { name: 'Approve 1 picked' }).click();
    await expectFit(page, 'what is picked');
    await page.keyboard.press('Escape');
    await page.goto(`${desk.url}/console/approvals?payment=${paymentId}`);
    await page.getByRole('heading', { name: /What changed since .* approved/ }).waitFor();
    await expectFit(page, 'what changed');
    expect(faults()).toEqual([]);
  });
});
