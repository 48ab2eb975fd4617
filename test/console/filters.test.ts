import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

let desk: ConsoleDesk;

const take = (key: string, amount: number, currency: string) =>
  desk.api('/payments', {
    method: 'POST',
    key,
    body: { amount, currency, payment_method: 'card' },
  });

describe.runIf(hasChromium())('the filters of payments', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await take('huge', Number.MAX_SAFE_INTEGER, 'KWD');
    await take('a-million', 100_000_000, 'USD');
    await take('one', 1, 'JPY');
  });
  afterAll(() => desk.close());

  it('fit a narrow window with their forms open, and no amount below them is cut', async () => {
    const { page } = await desk.open({ viewport: { width: 320, height: 800 } });
    await logIn(page, desk.url, desk.token, '/payments');
    await page.locator('[data-row]').nth(2).waitFor();
    for (const name of ['Status', 'Amount', 'Created']) {
      await page.getByRole('button', { name, exact: true }).click();
      await expectFit(page, `the filter ${name}`);
      await page.keyboard.press('Escape');
    }
    for (const path of ['/payments', '/ledger']) {
      await page.goto(`${desk.url}/console${path}`);
      const huge = page.getByRole('cell', { name: '9,007,199,254,740.991' });
      await huge.waitFor();
      const cut = await page
        .locator('tbody td:first-child')
        .evaluateAll((cells: readonly { scrollWidth: number; clientWidth: number; textContent: string }[]) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
        );
      expect(cut, path).toEqual([]);
    }
  });

  it('say which of them the API refuses and why, and offer no other attempt at the same', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?start_date=2026-12-02&end_date=2026-12-01');
    const alert = page.getByRole('alert').filter({ hasText: 'The request is not valid' });
    await alert.getByText('Start date must not be after end_date').waitFor();
    expect(await alert.innerText()).not.toContain('See `errors`');
    expect(await alert.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Take Created away' }).press('Enter');
    await page.locator('[data-row]').first().waitFor();
  });

  it('keep the focus when they are taken away, one by one and all', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?status=succeeded&idempotency_key=one&attention=true');
    const focused = page.locator(':focus');
    await page.getByRole('button', { name: 'Take Status away' }).press('Enter');
    await expect.poll(() => focused.innerText()).toBe('Status');
    await page.getByRole('button', { name: 'Take Key away' }).press('Enter');
    await expect.poll(() => focused.innerText()).toBe('Status');
    await page.getByRole('button', { name: 'Clear all' }).press('Enter');
    await page.getByRole('button', { name: 'Clear all' }).waitFor({ state: 'detached' });
    expect(await focused.innerText()).toBe('Status');
  });
});
