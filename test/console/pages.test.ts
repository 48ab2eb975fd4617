import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Payment = Readonly<{ id: string; amount: number; currency: string; idempotency_key: string }>;

let desk: ConsoleDesk;
let held: Payment;

const take = (key: string, body: object = {}) =>
  desk.api<Payment>('/payments', {
    method: 'POST',
    key,
    body: { amount: 1999, currency: 'USD', payment_method: 'card', ...body },
  });

describe.runIf(hasChromium())('the pages of the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await take('order-1', { metadata: { order: '1' }, description: 'A book' });
    await take('order-2', { payment_method: 'test_declined' });
    held = await take('order-3', { amount: 1_234_567, currency: 'JPY', capture_method: 'manual' });
    await desk.api(`/payments/${held.id}/capture`, {
      method: 'POST',
      key: 'capture-3',
      body: { amount: 1_000 },
    });
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('have no barrier and no outside request by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    const look = (what: string) => expectFit(page, what);
    await page.goto(`${desk.url}/console/payments`);
    await page.getByLabel('Token', { exact: true }).waitFor();
    await look('login');
    await logIn(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    await look('payments');
    await page.getByRole('button', { name: 'Status' }).click();
    await look('a filter');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByText('Set filters to keep them').waitFor();
    await look('the views');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Created' }).waitFor();
    await look('the columns');
    await page.goto(`${desk.url}/console/payments?idempotency_key=none`);
    await page.getByText('No payment matches').waitFor();
    await look('nothing found');
    await page.goto(`${desk.url}/console/payments/${held.id}`);
    await page.getByText('Payment created').waitFor();
    await page.getByRole('table', { name: /^Available/ }).waitFor();
    await look('a payment');
    await page.keyboard.press('c');
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('Amount', { exact: true }).fill('');
    await page.keyboard.press('Enter');
    await look('a form that refuses');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await look('the palette');
    await page.goto(`${desk.url}/console/payments/pay_${'0'.repeat(32)}`);
    await page.getByRole('alert').waitFor();
    await look('not found');
    expect(faults()).toEqual([]);
  });

  it('show what the API answers for the same token', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const { items } = await desk.api<{ items: readonly Payment[] }>('/payments?limit=100');
    await page.getByRole('row').nth(items.length).waitFor();
    const links = await page
      .locator('[data-row]')
      .evaluateAll((rows: readonly { getAttribute(name: string): string | null }[]) =>
        rows.map((row) => row.getAttribute('href')),
      );
    expect(links).toEqual(items.map(({ id }) => `/console/payments/${id}`));
    await page.goto(`${desk.url}/console/payments/${held.id}`);
    await page.getByText('Raw JSON').click();
    const raw = await page.getByLabel('The payment as JSON', { exact: true }).textContent();
    expect(JSON.parse(raw ?? '')).toEqual(await desk.api(`/payments/${held.id}`));
  });

  it('say what is loading, what failed and what can be done', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    let answer = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/console/api/payments?*', async (route) => {
      await waiting;
      await route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'A defect', status: 500, request_id: 'request-1' }),
      });
    });
    await page.goto(`${desk.url}/console/payments`);
    await page.getByRole('status', { name: 'Loading payments' }).waitFor();
    answer();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('Request request-1');
    await page.unroute('**/console/api/payments?*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row').nth(3).waitFor();
  });

  it('show nothing that the token does not allow, and say which permission it lacks', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['audit'] });
    await logIn(page, desk.url, token);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('`payments`');
    expect(await page.getByRole('link', { name: 'Payments' }).count()).toBe(0);
  });

  it('keep what is on them while the server cannot be reached, and say that it is old', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    await page.context().setOffline(true);
    await page.getByText('Offline').waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(3);
    await page.context().setOffline(false);
    await page.getByText(/^(Live|Polling)$/).waitFor();
  });

  it('ask for a login in place of a page whose session has ended, and go on where it was', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?status=failed');
    await page.getByRole('row').nth(1).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByLabel('Token', { exact: true }).fill(desk.token);
    await page.keyboard.press('Enter');
    await page.getByRole('row').nth(1).waitFor();
    expect(new URL(page.url()).search).toBe('?status=failed');
    expect(await page.locator('[data-row]').count()).toBe(1);
  });

  it('count what is new and move no row until they are asked to', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const first = page.locator('[data-row]').first();
    await first.waitFor();
    const was = { box: await first.boundingBox(), link: await first.getAttribute('href') };
    const added = [await take(`late-${was.link}-1`), await take(`late-${was.link}-2`)];
    const news = page.getByRole('button', { name: '2 new' });
    await news.waitFor();
    expect({ box: await first.boundingBox(), link: await first.getAttribute('href') }).toEqual(was);
    await news.click();
    await page.locator(`[data-row][href$="${added[1]?.id}"]`).waitFor();
    expect(await first.getAttribute('href')).toBe(`/console/payments/${added[1]?.id}`);
  });
});
