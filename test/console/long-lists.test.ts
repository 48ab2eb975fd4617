import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, hearNothing, logIn, openConsole } from '../support/console-window.ts';

type Payment = Readonly<{ id: string; idempotency_key: string }>;
type Row = Readonly<{ index: number; top: number }>;

const MANY = 10_000;

let desk: ConsoleDesk;

/** The list's page, logged in, for which the API has so many payments. */
async function listOf(count: number) {
  const { items } = await desk.api<Readonly<{ items: readonly Payment[] }>>('/payments?limit=1');
  const many = Array.from({ length: count }, (_, n) => ({
    ...items[0],
    id: `pay_${(2 ** 40 - n).toString(16).padStart(32, '0')}`,
    idempotency_key: `order-${n}`,
  }));
  const { page, faults } = await desk.open();
  await page.route('**/console/api/payments?*', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({ items: many, next_cursor: null, has_more: false }),
    }),
  );
  await logIn(page, desk.url, desk.token);
  await page.getByText('order-0', { exact: true }).waitFor();
  return { page, many, faults };
}

describe.runIf(hasChromium())('a long list', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await desk.api('/payments', {
      method: 'POST',
      key: 'order-1',
      body: { amount: 1_999, currency: 'USD', payment_method: 'card' },
    });
  });
  afterAll(() => desk.close());

  it('whose first pages hold nothing is gone on with until a payment is there', async () => {
    const { items } = await desk.api<Readonly<{ items: readonly Payment[] }>>('/payments?limit=1');
    const { page, faults } = await desk.open();
    const cursors: (string | null)[] = [];
    await page.route('**/console/api/payments?*', (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      cursors.push(cursor);
      const isFound = cursor === 'second';
      return route.fulfill({
        json: isFound
          ? { items, next_cursor: null, has_more: false }
          : { items: [], next_cursor: cursor === null ? 'first' : 'second', has_more: true },
      });
    });
    await logIn(page, desk.url, desk.token);
    await page.getByText('order-1', { exact: true }).waitFor();
    expect(cursors.filter((cursor) => cursor !== null)).toEqual(['first', 'second']);
    expect(faults()).toEqual([]);
    await page.close();
  });

  it('of ten thousand rows has in the page those alone that are near the window, each where it would be among all', async () => {
    const { page, many, faults } = await listOf(MANY);
    const rows = (): Promise<readonly Row[]> =>
      page
        .locator('tr[aria-rowindex]')
        .evaluateAll((trs: readonly { getAttribute(name: string): string | null; offsetTop: number }[]) =>
          trs.map((tr) => ({ index: Number(tr.getAttribute('aria-rowindex')), top: tr.offsetTop })),
        );
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(1);
    const [first, second] = await rows();
    const [height, start] = [(second?.top ?? 0) - (first?.top ?? 0), first?.top ?? 0];
    expect(height).toBeGreaterThan(20);
    const wheel = async (to: number) => {
      await page.evaluate(`scrollTo(0, ${to})`);
      await page.getByText(`order-${Math.round(to / height)}`, { exact: true }).waitFor();
      const there = await rows();
      expect(there.length).toBeLessThan(150);
      for (const { index, top } of there)
        expect(Math.abs(top - start - (index - 2) * height), `row ${index}`).toBeLessThan(height);
    };
    for (const at of [100, 5_000, 9_000, 400]) await wheel(at * height);
    await expectFit(page, 'the middle of a long list');

    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.getByText(`order-${MANY - 1}`, { exact: true }).waitFor();
    expect((await rows()).at(-1)?.index).toBe(MANY + 1);
    await page.evaluate('scrollTo(0, 0)');
    await page.getByText('order-0', { exact: true }).waitFor();
    for (let n = 0; n < 120; n += 1) await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/console/payments/${many[119]?.id}`);
    expect(faults()).toEqual([]);
  });
  it('of a hundred rows is as high in its first frame as with all of them, which are in the page for its own search', async () => {
    const { page, faults } = await listOf(100);
    // Heard of before the frame is painted: what came with the first rows.
    await page.addInitScript(`new MutationObserver((_, observer) => {
      const rows = document.querySelectorAll('[data-row]').length;
      if (rows === 0) return;
      observer.disconnect();
      window.first_ = { rows, height: document.querySelector('tbody').offsetHeight };
    }).observe(document, { childList: true, subtree: true })`);
    await page.reload();
    await page.locator('[data-row]').nth(99).waitFor();
    const first = await page.evaluate<Readonly<{ rows: number; height: number }>>('first_');
    expect(first.rows).toBeLessThan(100);
    expect(await page.evaluate("document.querySelector('tbody').offsetHeight")).toBe(first.height);
    expect(faults()).toEqual([]);
  });

  it('of an email’s payments puts one look at the customer on record, however many pages of it are loaded', async () => {
    const { id: customer_id } = await desk.api<{ id: string }>('/customers', {
      method: 'POST',
      key: 'customer-1',
      body: { email: 'ada@example.com', name: 'Ada Lovelace' },
    });
    const body = { amount: 1_999, currency: 'USD', payment_method: 'card', customer_id };
    for (let each = 0; each < 101; each++)
      await desk.api('/payments', { method: 'POST', key: `of-ada-${each}`, body });
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?customer_email=ada%40example.com');
    await page.getByText('100 shown', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('101 shown, all there are', { exact: true }).waitFor();
    const looks = await desk.api<{ items: readonly { action: string }[] }>(
      `/audit?entity_type=customer_access&entity_id=${customer_id.replace('cus_', 'cac_')}`,
    );
    expect(looks.items.map(({ action }) => action)).toEqual(['customer.found']);
    expect(faults()).toEqual([]);
  });

  it('keeps the focus where more of it is asked for', async () => {
    const payments = Array.from({ length: 60 }, (_, each) => ({
      amount: 1_999,
      currency: 'USD',
      payment_method: 'card',
      idempotency_key: `of-the-trail-${each}`,
    }));
    await desk.api('/payments/batch', { method: 'POST', body: { payments } });
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/audit');
    const more = page.getByRole('button', { name: 'Load more' });
    await more.press('Enter');
    await page.getByText('100 shown', { exact: true }).waitFor();
    await more.and(page.locator(':focus')).waitFor();
  });

  it('asks for an email once where no answer came, and again when it is told to', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    await logIn(page, desk.url, desk.token);
    let asked = 0;
    await page.route('**/console/api/payments?customer_email=*', (route) => {
      asked++;
      return route.abort('connectionreset');
    });
    await page.goto(`${desk.url}/console/payments?customer_email=eve%40example.com`);
    await page.getByText('The server cannot be reached').waitFor();
    expect(asked).toBe(1);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => asked).toBe(2);
  });
});
