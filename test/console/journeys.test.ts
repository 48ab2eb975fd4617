import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, logInByForm, openConsole, pressPair } from '../support/console-window.ts';

type Transaction = Readonly<{ type: string; amount: number }>;
type Payment = Readonly<{ id: string; refunded_amount: number; transactions: readonly Transaction[] }>;

let desk: ConsoleDesk;

const bought = async (email: string) => {
  const customer = await desk.api<{ id: string }>('/customers', {
    method: 'POST',
    key: `customer-${email}`,
    body: { email, name: 'Ada Lovelace' },
  });
  return desk.api<Payment>('/payments', {
    method: 'POST',
    key: `order-${email}`,
    body: { amount: 5_000, currency: 'USD', payment_method: 'card', customer_id: customer.id },
  });
};
const refundsOf = async (id: string) =>
  (await desk.api<Payment>(`/payments/${id}`)).transactions
    .filter(({ type }) => type === 'refund')
    .map(({ amount }) => amount);

describe.runIf(hasChromium())('a journey through the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
  });
  afterAll(() => desk.close());

  it('from a customer’s email to a refund of part of what they paid takes the keyboard and fewer than ten actions', async () => {
    const { id } = await bought('ada@example.com');
    await bought('grace@example.com');
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await page.locator('[data-row]').nth(1).waitFor();
    let actions = 0;
    const press = (key: string) => (actions++, page.keyboard.press(key));
    const type = (text: string) => (actions++, page.keyboard.type(text));

    await press('/');
    await type('ada@example.com');
    await press('Enter');
    await page.getByText('1 shown').waitFor();
    await press('j');
    await press('Enter');
    await page.getByText('Payment created').waitFor();
    await press('r');
    await type('12.50');
    await press('Enter');
    await page.getByText('Refund of 12.50 USD is done').waitFor();

    expect(actions).toBeLessThan(10);
    expect(await refundsOf(id)).toEqual([1_250]);
    expect(faults()).toEqual([]);
  });

  it('refunds once when no answer came and the form was sent again', async () => {
    const { id } = await bought('alan@example.com');
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${id}`);
    const keys: (string | undefined)[] = [];
    let isCut = true;
    await page.route('**/refunds', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (!isCut) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByText('Payment created').waitFor();
    await page.keyboard.press('r');
    await page.getByLabel('Amount', { exact: true }).fill('7');
    await page.keyboard.press('Enter');
    await page.getByText('Whether it happened is not known').waitFor();
    expect(await page.getByLabel('Amount', { exact: true }).isEditable()).toBe(false);
    isCut = false;
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Refund of 7.00 USD is done').waitFor();

    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(await refundsOf(id)).toEqual([700]);
  });

  it('refuses in the form what is more than is left, and sends nothing', async () => {
    const { id } = await bought('mary@example.com');
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${id}`);
    let sent = 0;
    page.on('request', (request) => void (request.method() === 'POST' && sent++));
    await page.getByText('Payment created').waitFor();
    await page.keyboard.press('r');
    for (const [text, fault] of [
      ['50.01', 'Only 50.00 USD are left.'],
      ['0', 'Nothing is no amount.'],
      ['1.999', 'Write an amount as 19.99.'],
    ] as const) {
      await page.getByLabel('Amount', { exact: true }).fill(text);
      await page.keyboard.press('Enter');
      await page.getByText(fault).waitFor();
    }
    expect(sent).toBe(0);
    expect(await refundsOf(id)).toEqual([]);
  });

  it('goes to another page by two keys, of which the second does nothing else', async () => {
    const held = await desk.api<Payment>('/payments', {
      method: 'POST',
      key: 'held',
      body: { amount: 5_000, currency: 'USD', payment_method: 'card', capture_method: 'manual' },
    });
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/payments/${held.id}`);
    await page.getByText('Payment created').waitFor();
    await pressPair(page, 'g c');
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('ends with the session: what was a cookie opens nothing then', async () => {
    const { page } = await desk.open();
    await logInByForm(page, desk.url, desk.token);
    const cookies = await page.context().cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: 'Strict' },
    ]);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
    await page.context().addCookies(cookies);
    await page.reload();
    await page.getByLabel('Token', { exact: true }).waitFor();
  });
});
