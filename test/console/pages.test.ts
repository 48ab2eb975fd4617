import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, logInByForm, openConsole } from '../support/console-window.ts';

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
    await logInByForm(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    await look('payments');
    await page.getByRole('button', { name: 'Status' }).click();
    await look('a filter');
    // In a narrow window it lies over what is behind it.
    await page.keyboard.press('Escape');
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
        body: JSON.stringify({
          title: 'A defect',
          status: 500,
          code: 'internal_error',
          request_id: 'request-1',
        }),
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
    await logInByForm(page, desk.url, token);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('`payments`');
    expect(await page.getByRole('link', { name: 'Payments' }).count()).toBe(0);
  });

  it('keep what is on them while the server cannot be reached, and say that it is old', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText('Offline').waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(3);
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('say that they poll where there is no stream of events, and show what is new all the same', async () => {
    const { page } = await desk.open();
    await page.route('**/console/events', (route) => route.fulfill({ status: 503 }));
    await logIn(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    await page.getByText('Polling', { exact: true }).waitFor();
    await take('polled-1');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await page.getByText('Polling', { exact: true }).count()).toBe(1);
    expect(await page.getByText('Live', { exact: true }).count()).toBe(0);
  });

  it('have filters as chips, which are set, read from the address and taken away', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const filters = page.getByRole('group', { name: 'Filters' });
    const rows = page.locator('[data-row]');
    const query = () => new URL(page.url()).search;
    await filters.getByRole('button', { name: 'Status', exact: true }).press('Enter');
    await filters.getByLabel('Status', { exact: true }).selectOption('failed');
    await filters.getByRole('button', { name: 'Status Failed' }).waitFor();
    expect(query()).toBe('?status=failed');
    await expect.poll(() => rows.count()).toBe(1);
    await filters.getByRole('button', { name: 'Take Status away' }).press('Enter');
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    expect(query()).toBe('');
    await filters.getByRole('button', { name: 'Amount', exact: true }).press('Enter');
    await filters.getByLabel('Currency', { exact: true }).fill('jpy');
    await filters.getByLabel('From', { exact: true }).fill('1,000,000');
    await page.keyboard.press('Enter');
    const amount = filters.getByRole('button', { name: 'Amount from 1,000,000 JPY' });
    await amount.waitFor();
    expect(query()).toBe('?currency=JPY&min_amount=1000000');
    await page.reload();
    await amount.waitFor();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().getAttribute('href')).toBe(`/console/payments/${held.id}`);
    await filters.getByRole('button', { name: 'Take Amount away' }).press('Enter');
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    expect(query()).toBe('');
    await page.goto(`${desk.url}/console/payments?idempotency_key=order-2&status=failed&attention=true`);
    await filters.getByText('Key order-2').waitFor();
    await filters.getByRole('button', { name: 'Needs attention', pressed: true }).press('Enter');
    await expect.poll(query).toBe('?idempotency_key=order-2&status=failed');
    await filters.getByRole('button', { name: 'Clear all' }).press('Enter');
    await expect.poll(query).toBe('');
    expect(faults()).toEqual([]);
  });

  it('say by `?` which keys there are, those to every page of the side bar among them', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.getByRole('row').nth(3).waitFor();
    const pages = await page
      .getByRole('navigation', { name: 'Pages' })
      .locator('li > a:first-child')
      .allInnerTexts();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('These keys').waitFor();
    const meanings = await keys.locator('dd').allInnerTexts();
    expect(meanings).toEqual(
      expect.arrayContaining(['Search', 'Open the row', ...pages.map((name) => `Go to ${name}`)]),
    );
    expect(pages.length).toBeGreaterThan(5);
    expect(await keys.locator('dt').count()).toBe(meanings.length);
    await expectFit(page, 'the keys');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
  });

  it('copy an id by its button, and say that it is copied', async () => {
    const { page, faults } = await desk.open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await logIn(page, desk.url, desk.token, `/payments/${held.id}`);
    await page.getByRole('button', { name: `Copy payment id ${held.id}` }).press('Enter');
    await page.getByRole('button', { name: 'payment id copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(held.id);
    await page.getByRole('button', { name: `Copy payment id ${held.id}` }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('ask for a login in place of a page whose session has ended, and go on where it was', async () => {
    const { page } = await desk.open();
    await logInByForm(page, desk.url, desk.token, '/payments?status=failed');
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
