import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, logInByForm, openConsole } from '../support/console-window.ts';

const PERMISSIONS = ['admin', 'payments', 'refunds', 'webhooks', 'audit'];

let desk: ConsoleDesk;
let admin: string;

describe.runIf(hasChromium())('the choice of a merchant in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ role: 'admin', permissions: PERMISSIONS });
    for (const [id, amount] of [
      ['shop-1', 1_100],
      ['shop-2', 2_200],
    ] as const) {
      const body = { id, name: `Shop ${id}`, email: 'shop@example.com' };
      await desk.api('/merchants', { method: 'POST', as: admin, key: id, body });
      const payment = { amount, currency: 'USD', payment_method: 'card' };
      const as = await desk.tokenOf({ merchant: id });
      await desk.api('/payments', { method: 'POST', as, key: 'order', body: payment });
    }
  });
  afterAll(() => desk.close());

  it('has administrators go from merchant to merchant, each of whose pages is its own, and back', async () => {
    const { page, faults } = await desk.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const first = page.locator('[data-row]', { hasText: '11.00 USD' });
    const second = page.locator('[data-row]', { hasText: '22.00 USD' });
    const choice = page.getByLabel('Merchant', { exact: true });
    const option = (name: string) => choice.locator('option', { hasText: name });
    const goTo = async (id: string) => {
      await choice.selectOption(id);
      await page.getByRole('button', { name: 'Go', exact: true }).press('Enter');
    };

    await logIn(page, desk.url, admin, '/merchants');
    await option('Shop shop-2').waitFor({ state: 'attached' });
    expect(await page.getByRole('link', { name: 'Payments', exact: true }).count()).toBe(0);
    await goTo('shop-1');
    await page.waitForURL('**/console/@shop-1/merchants');
    await page.getByRole('link', { name: 'Payments', exact: true }).press('Enter');
    await first.waitFor();
    expect(await second.count()).toBe(0);
    await first.press('Enter');
    await page.waitForURL('**/console/@shop-1/payments/pay_*');

    asked.length = 0;
    await option('Shop shop-2').waitFor({ state: 'attached' });
    await goTo('shop-2');
    await page.waitForURL('**/console/@shop-2/payments');
    await second.waitFor();
    expect(await first.count()).toBe(0);
    // A document asks for its own merchant alone, the one before included.
    const reads = asked.filter((path) => path.startsWith('/console/api/'));
    expect(reads.filter((path) => !/^\/console\/api\/@shop-[12]\//.test(path))).toEqual([]);
    expect(reads).toContain('/console/api/@shop-2/events/stream');

    await page.goBack();
    await page.waitForURL('**/console/@shop-1/payments/pay_*');
    await page.getByRole('heading', { name: '11.00 USD' }).waitFor();
    expect(await second.count()).toBe(0);
    expect(faults()).toEqual([]);
  });

  it('is asked for on a page of a merchant that was come to without one, and the session stays', async () => {
    const { page, faults } = await desk.open();
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 401 && response.url().includes('/api/')) refused.push(response.url());
    });
    await logInByForm(page, desk.url, admin, '/payments?status=failed');
    await page.getByText('Choose one first').waitFor();
    for (const path of ['overview', `payments/pay_${'0'.repeat(32)}`, 'exports', 'webhooks', 'ledger']) {
      await page.goto(`${desk.url}/console/${path}`);
      await page.getByText('This page is of a merchant').waitFor();
    }
    await page.goto(`${desk.url}/console/approvals`);
    await page.getByText('Nothing waits for approval').waitFor();
    const approver = await desk.tokenOf({ role: 'dispatcher' });
    const { page: other } = await desk.open();
    await logInByForm(other, desk.url, approver, '/customers');
    await other.getByText('Your token names none').waitFor();
    expect(await other.getByRole('button', { name: 'Log out' }).count()).toBe(1);
    expect(refused).toEqual([]);
    expect(faults()).toEqual([]);
  });

  it('is in the address, so that a link leads there, and refused to those of another merchant', async () => {
    const { page } = await desk.open();
    await logInByForm(page, desk.url, await desk.tokenOf({ merchant: 'shop-1' }), '/@shop-2/payments');
    await page.getByText('The token is of another merchant').first().waitFor();
    expect(await page.getByLabel('Merchant', { exact: true }).count()).toBe(0);
  });

  it('finds the merchants beyond those that are listed by name or id, by keyboard alone', async () => {
    const names = new Map([
      [480, 'The Harbour Café'],
      [509, 'Harbour House'],
    ]);
    const opened = Array.from({ length: 510 }, (_, n) => n);
    while (opened.length > 0)
      await Promise.all(
        opened.splice(0, 10).map((n) => {
          const id = `z-${String(n).padStart(3, '0')}`;
          const body = { id, name: names.get(n) ?? `Number ${n}`, email: 'shop@example.com' };
          return desk.api('/merchants', { method: 'POST', as: admin, key: id, body });
        }),
      );
    const { page, faults } = await desk.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await logIn(page, desk.url, admin, '/merchants');
    const field = page.getByLabel('Find a merchant by id or name', { exact: true });
    const choice = page.getByLabel('Merchant', { exact: true });
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await field.focus();
    asked.length = 0;
    await page.keyboard.type('nothing of this name');
    await press('Enter');
    await page.getByText('None begins with “nothing of this name” so far.').waitFor();
    // A search reads so much and no more before it asks.
    expect(asked.filter((path) => path === '/console/api/merchants').length).toBe(5);

    await field.fill('harb');
    await press('Enter');
    await page.getByText('One begins with “harb” so far.').waitFor();
    expect(await choice.locator('option').allTextContents()).toEqual(['None', 'The Harbour Café']);
    await press('Tab', 'Tab', 'Enter');
    await page.getByText('2 begin with “harb”.').waitFor();
    await field.focus();
    await press('Tab', 'Tab');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SELECT');
    await press('ArrowDown', 'Tab', 'Enter');
    await page.waitForURL('**/console/@z-509/merchants');

    await field.fill('shop-1');
    await press('Enter');
    await page.getByText('One begins with “shop-1” so far.').waitFor();
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    await page.waitForURL('**/console/@shop-1/merchants');
    expect(faults()).toEqual([]);
  });

  it('says what kept it from finding any, and looks again', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/merchants');
    const field = page.getByLabel('Find a merchant by id or name', { exact: true });
    await page.route('**/console/api/merchants/z-500', (route) => route.abort());
    await field.fill('z-500');
    await field.press('Enter');
    const fault = page.getByText('The server cannot be reached').first();
    await fault.waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByText('One begins with “z-500”').waitFor();
    await field.fill('');
    await field.press('Enter');
    await page.getByLabel('Merchant', { exact: true }).locator('option', { hasText: 'Shop shop-2' }).waitFor({
      state: 'attached',
    });
  });

  it('has no barrier by day or by night, on a telephone and on a desk', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, admin, '/@shop-2/payments');
    await page.locator('[data-row]', { hasText: '22.00 USD' }).waitFor();
    await expectFit(page, 'the choice');
    const field = page.getByLabel('Find a merchant by id or name', { exact: true });
    await field.fill('number');
    await field.press('Enter');
    await page.getByText('begin with “number” so far.').waitFor();
    await expectFit(page, 'the merchants that were found');
    await page.goto(`${desk.url}/console/@shop-2/merchants/shop-1`);
    await page.getByRole('link', { name: 'Act for it' }).waitFor();
    await expectFit(page, 'a merchant to choose');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.getByRole('button', { name: 'Menu' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Merchant', { exact: true }).waitFor();
    await expectFit(page, 'the choice in the menu');
  });
});
