import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Payment = Readonly<{
  id: string;
  status: string;
  captured_amount: number;
  transactions: readonly Readonly<{ type: string; amount: number; status: string }>[];
}>;

let desk: ConsoleDesk;

const hold = () =>
  desk.api<Payment>('/payments', {
    method: 'POST',
    key: randomUUID(),
    body: { amount: 5_000, currency: 'USD', payment_method: 'card', capture_method: 'manual' },
  });
const read = (id: string) => desk.api<Payment>(`/payments/${id}`);

describe.runIf(hasChromium())('what people do in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
  });
  afterAll(() => desk.close());

  it('captures a part by keyboard, then the last, which releases the rest', async () => {
    const { id } = await hold();
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${id}`);
    await page.getByText('Payment created').waitFor();
    await page.keyboard.press('c');
    await page.getByText('50.00 USD left to capture').waitFor();
    await page.keyboard.type('50.01');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('[role=alert]').allInnerTexts())
      .toContainEqual(expect.stringMatching(/\S/));
    await page.getByLabel('Amount', { exact: true }).fill('20.00');
    await page.keyboard.press('Enter');
    await page.getByText('Capture of 20.00 USD is done').waitFor();
    await page.keyboard.press('c');
    await page.getByText('30.00 USD left to capture').waitFor();
    await page.getByLabel('Amount', { exact: true }).fill('5');
    await page.getByLabel('The last capture: release the rest', { exact: true }).check();
    await page.getByRole('button', { name: 'Capture 5.00 USD' }).click();
    await page.getByText('Capture of 5.00 USD is done').waitFor();
    expect(await read(id)).toMatchObject({ status: 'succeeded', captured_amount: 2_500 });
    expect(await page.getByRole('button', { name: /^Void/ }).count()).toBe(0);
    expect(faults()).toEqual([]);
  });

  it('voids what is held, once, when no answer came and the form was sent again', async () => {
    const { id } = await hold();
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${id}`);
    const keys: (string | undefined)[] = [];
    let isCut = true;
    await page.route('**/void', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (!isCut) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByText('Payment created').waitFor();
    await page.keyboard.press('v');
    await page.getByText('This cannot be undone').waitFor();
    await page.getByRole('button', { name: 'Void', exact: true }).last().click();
    const again = page.getByRole('button', { name: 'Send again' });
    await again.waitFor();
    isCut = false;
    await again.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([keys.length, new Set(keys).size]).toEqual([4, 1]);
    const { status, transactions } = await read(id);
    expect(status).toBe('canceled');
    expect(transactions.filter(({ type }) => type === 'void')).toHaveLength(1);
  });

  it('reveals the methods that a customer pays by, of which the last digits are kept alone', async () => {
    const { id } = await desk.api<Readonly<{ id: string }>>('/customers', {
      method: 'POST',
      key: randomUUID(),
      body: {
        email: 'ada@example.com',
        name: 'Ada',
        payment_methods: [
          {
            type: 'card',
            token: 'tok_visa',
            last4: '4242',
            brand: 'visa',
            expiry_month: 12,
            expiry_year: 2050,
            is_default: true,
          },
          {
            type: 'bank_account',
            token: 'tok_bank',
            last4: '6789',
            bank_name: 'First Bank',
            account_type: 'checking',
          },
        ],
      },
    });
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, `/customers/${id}`);
    await page.getByText('kept encrypted').waitFor();
    expect(await page.getByText('4242').count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('Visa ending in 4242, until 12/2050 · default').waitFor();
    await page.getByText('First Bank ending in 6789').waitFor();
    expect(faults()).toEqual([]);
  });
});
