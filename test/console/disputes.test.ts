import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';

type Dispute = Readonly<{ id: string; payment_id: string; status: string; accept_requested_at?: string }>;

let desk: ConsoleDesk;

const disputes = async () => (await desk.api<Readonly<{ items: readonly Dispute[] }>>('/disputes')).items;

describe.runIf(hasChromium())('disputes in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    for (const key of ['disputed-1', 'disputed-2'])
      await desk.api('/payments', {
        method: 'POST',
        key,
        body: { amount: 4_200, currency: 'EUR', payment_method: 'test_disputed' },
      });
    await eventually(async () => expect(await disputes()).toHaveLength(2));
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('have no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/disputes');
    await page.getByRole('row').nth(2).waitFor();
    await expectFit(page, 'disputes');
    await page.getByRole('button', { name: 'Accept…' }).first().click();
    await expectFit(page, 'the form that accepts');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Won' }).click();
    await page.getByText('No dispute has this status').waitFor();
    const [dispute] = await disputes();
    await page.goto(`${desk.url}/console/payments/${dispute?.payment_id}`);
    await page.getByText('Disputed', { exact: true }).waitFor();
    await expectFit(page, 'a disputed payment');
    await page.goto(`${desk.url}/console/disputes?payment_id=${dispute?.payment_id}`);
    await page.getByRole('row').nth(1).waitFor();
    await expectFit(page, 'the disputes of a payment');
    expect(faults()).toEqual([]);
  });

  it('are a part of their payment’s money, which leads to those of the payment alone', async () => {
    const { page } = await desk.open();
    const [dispute] = await disputes();
    await logIn(page, desk.url, desk.token, `/payments/${dispute?.payment_id}`);
    await page.getByText('Disputed', { exact: true }).waitFor();
    expect(await page.getByText('Captured', { exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: '42.00 EUR', exact: true }).click();
    await page.getByText('1 shown, all there are').waitFor();
    expect(new URL(page.url()).search).toBe(`?payment_id=${dispute?.payment_id}`);
    await page.getByRole('button', { name: 'Won' }).click();
    await page.getByText('No dispute has this status').waitFor();
    expect(new URL(page.url()).searchParams.get('payment_id')).toBe(dispute?.payment_id);
    await page.getByRole('button', { name: 'Won' }).click();
    await page.getByRole('button', { name: 'Take Payment away' }).click();
    await page.getByText('2 shown, all there are').waitFor();
  });

  it('are looked for further where the newest have none of the payment', async () => {
    const { page } = await desk.open();
    const [dispute] = await disputes();
    await page.route('**/api/disputes?*', (route) =>
      route.request().url().includes('cursor=')
        ? route.fulfill({ json: { items: [dispute], next_cursor: null, has_more: false } })
        : route.fulfill({ json: { items: [], next_cursor: 'next', has_more: true } }),
    );
    await logIn(page, desk.url, desk.token, `/payments/${dispute?.payment_id}`);
    await page.getByText('Only the newest disputes were looked through').waitFor();
    await page.getByRole('link', { name: 'Look further' }).click();
    await page.getByText('1 shown, all there are').waitFor();
  });

  it('are accepted once, by the keyboard, though the answer was lost', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await pressPair(page, 'g d');
    const accept = page.getByRole('button', { name: 'Accept…' });
    await accept.first().waitFor();
    const keys: (string | undefined)[] = [];
    await page.route('**/accept', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await accept.first().press('Enter');
    await page.getByText('This cannot be undone').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    await eventually(async () => {
      const accepted = (await disputes()).filter(({ status }) => status === 'accepted');
      expect(accepted).toHaveLength(1);
    });
    await page.reload();
    await page.getByText('Accepted').filter({ visible: true }).nth(1).waitFor();
    expect(await accept.count()).toBe(1);
    const lost = (await disputes()).find(({ status }) => status === 'accepted');
    await page.goto(`${desk.url}/console/payments/${lost?.payment_id}`);
    await page.getByText('Lost to disputes', { exact: true }).waitFor();
  });

  it('are shown without the button to tokens that may not give them up', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments'] });
    await logIn(page, desk.url, token, '/disputes');
    await page.getByRole('row').nth(2).waitFor();
    expect(await page.getByRole('button', { name: 'Accept…' }).count()).toBe(0);
  });
});
