import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Line = Readonly<{ change: number; balance_after: number }>;
type Statement = Readonly<{
  opening_balance: number;
  credits: number;
  debits: number;
  closing_balance: number;
  items: readonly Line[];
  next_cursor: string | null;
}>;

/** One more page than a list shows at first. */
const PAYMENTS = 52;

let desk: ConsoleDesk;

const pay = (n: number) =>
  desk.api<Readonly<{ id: string }>>('/payments', {
    method: 'POST',
    key: `order-${n}`,
    body: { payment_method: 'card', amount: 1_000 + n, currency: 'EUR' },
  });
const send = (to: string, amount: number, as: string, described = {}) =>
  desk.api<Readonly<{ id: string }>>('/transfers', {
    method: 'POST',
    key: `to-${to}-${amount}`,
    as,
    body: { destination_merchant_id: to, amount, currency: 'EUR', ...described },
  });

/** The statement of the address, as the API answers the same token, with all of its lines. */
async function read(query: string): Promise<Statement> {
  const first = await desk.api<Statement>(`/ledger/statement?${query}&limit=100`);
  if (first.next_cursor !== null) throw new Error('a statement of several pages');
  return first;
}
const sumsOf = ({ opening_balance, credits, debits, closing_balance }: Statement) => [
  opening_balance,
  credits,
  debits,
  closing_balance,
];

/** `−1,234.50 EUR` and `+12.00` in minor units. */
const minor = (text: string) => Number(text.replace('−', '-').replaceAll(/[^\d-]/g, ''));

async function shownSums(page: Page): Promise<readonly number[]> {
  const names = ['Opening balance', 'Credits', 'Debits', 'Closing balance'];
  const sum = (name: string) =>
    page
      .locator('dl > div')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .first()
      .innerText();
  return (await Promise.all(names.map(sum))).map(minor);
}
const linesOf = (page: Page) =>
  page.getByRole('table', { name: 'Lines of the statement in EUR, newest first' });
const shownLines = async (page: Page) =>
  (await linesOf(page).getByRole('row').allInnerTexts())
    .slice(1)
    .map((row) => row.split('\t').slice(0, 2).map(minor));

describe.runIf(hasChromium())('the statement of an account in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const other = await desk.tokenOf({ merchant: 'merchant-456', permissions: ['transfers'] });
    const { id } = await pay(0);
    for (let n = 1; n < PAYMENTS; n += 1) await pay(n);
    await desk.api(`/payments/${id}/refunds`, { method: 'POST', key: 'refund', body: { amount: 400 } });
    await send('merchant-456', 250, desk.token, { description: 'Rent' });
    await send('merchant-123', 100, other);
  });
  afterAll(() => desk.close());

  it('has the numbers of the API, and changes that lead from the opening balance to the closing one', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    await page.getByRole('link', { name: /^Available .* EUR/ }).click();
    await page.getByText('50 shown', { exact: true }).waitFor();
    const statement = await read('currency=EUR');
    expect(await shownSums(page)).toEqual(sumsOf(statement));
    await page.getByRole('button', { name: 'Load more' }).first().click();
    await page.getByText(`${statement.items.length} shown, all there are`).waitFor();
    const lines = await shownLines(page);
    expect(lines).toEqual(statement.items.map(({ change, balance_after }) => [change, balance_after]));
    const [opening = NaN, credits = NaN, debits = NaN, closing] = await shownSums(page);
    expect(lines.reduce((balance, [change = NaN]) => balance + change, opening)).toBe(closing);
    expect(opening + credits - debits).toBe(closing);
    await page.getByText('Balance now', { exact: true }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('is that of the account of the balance it was come to from, and ends with it', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    const ways = [
      ['Available', '', 1],
      ['Held by refunds', '&account=pending', 1],
      ['Paid out', '&account=bank', -1],
      ['Differences', '&account=differences', 1],
    ] as const;
    for (const [name, account, sign] of ways) {
      const way = page.getByRole('link', { name: new RegExp(`^${name} .* EUR`) });
      await way.press('Enter');
      await page.waitForURL(`${desk.url}/console/ledger?currency=EUR${account}`);
      await page.locator('[aria-current="true"]').filter({ hasText: name }).waitFor();
      const statement = await read(`currency=EUR${account}`);
      await expect.poll(() => shownSums(page)).toEqual(sumsOf(statement));
      expect(minor((await way.innerText()).replace(name, ''))).toBe(sign * statement.closing_balance || 0);
    }
    await page.getByRole('link', { name: /^Differences .* EUR/ }).press('Enter');
    await page.getByRole('heading', { name: 'Entries' }).waitFor();
    expect(faults()).toEqual([]);
  });

  it('keeps its account and days in the address, and says the balance at the end of a past day', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger?currency=EUR');
    await page.getByLabel('Account', { exact: true }).selectOption('processor');
    await page.getByLabel('From (UTC)', { exact: true }).fill('2020-03-01');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL('**/ledger?currency=EUR&account=processor&start_date=2020-03-01&end_date=*');
    const query = new URL(page.url()).search;
    await page.reload();
    await linesOf(page).waitFor();
    const statement = await read(query.slice(1));
    expect(statement.closing_balance).toBeLessThan(0);
    expect(await shownSums(page)).toEqual(sumsOf(statement));
    await page.getByLabel('To (UTC)', { exact: true }).fill('2020-03-02');
    await page.keyboard.press('Enter');
    await page.getByText('Balance at the end of 2 Mar 2020', { exact: true }).waitFor();
    await page.getByText('Nothing changed the account on these days').waitFor();
    expect(await shownSums(page)).toEqual(sumsOf(await read(new URL(page.url()).search.slice(1))));
    await page.getByRole('button', { name: 'Clear' }).click();
    await linesOf(page).waitFor();
    expect(new URL(page.url()).search).toBe('?currency=EUR');
  });

  it('opens with what came before its first day, and leads from there to the statement that ends so', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/ledger?currency=EUR&start_date=${tomorrow}`);
    await page.getByText('Nothing changed the account on these days').waitFor();
    const [opening, credits, debits, closing] = await shownSums(page);
    expect([credits, debits, closing]).toEqual([0, 0, opening]);
    expect(opening).toBeGreaterThan(0);
    await page.locator('dd').getByRole('link').first().click();
    await linesOf(page).waitFor();
    expect((await shownSums(page)).at(-1)).toBe(opening);
  });

  it('leads from each sum to the lines', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger?currency=EUR');
    await linesOf(page).waitFor();
    const places = await page.locator('dd > a[href^="#"]').all();
    expect(places.length).toBe(3);
    for (const place of places) {
      await place.press('Enter');
      expect(await page.evaluate(`document.activeElement.querySelector('table') !== null`)).toBe(true);
    }
  });

  it('reads its days in the zone that times are read in', async () => {
    const { page } = await desk.open({ timezoneId: 'Pacific/Kiritimati' });
    const asked: URLSearchParams[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/ledger/statement')) asked.push(searchParams);
    });
    const latest = () => ['start_date', 'end_date'].map((name) => asked.at(-1)?.get(name));
    // There it is the eleventh already.
    await page.clock.setFixedTime('2999-05-10T20:00:00Z');
    await logIn(page, desk.url, desk.token, '/ledger?currency=EUR');
    const to = page.getByLabel('To (UTC)', { exact: true });
    expect(await to.inputValue()).toBe('2999-05-10');
    await page.getByText('Nothing changed the account on these days').waitFor();
    expect(latest()).toEqual(['2999-04-11', '2999-05-10']);
    await page.getByRole('button', { name: 'Times in UTC; switch' }).click();
    expect(await page.getByLabel('To (local time)', { exact: true }).inputValue()).toBe('2999-05-11');
    await expect.poll(latest).toEqual(['2999-04-11T10:00:00.000Z', '2999-05-11T09:59:59.999Z']);
  });

  it('says what to do about one that is too large, and asks again for one that changed meanwhile', async () => {
    const { page } = await desk.open();
    const problem = { status: 422, code: 'statement_too_large', title: 'Too large', detail: 'Too many.' };
    await page.route('**/ledger/statement?*', (route) => route.fulfill({ status: 422, json: problem }));
    await logIn(page, desk.url, desk.token, '/ledger?currency=EUR');
    await page.getByRole('alert').filter({ hasText: 'Choose a later day in From' }).waitFor();
    await expectFit(page, 'a statement that is too large');
    await page.unroute('**/ledger/statement?*');
    const changed = { status: 409, code: 'changed_meanwhile', title: 'It changed', detail: 'Ask again.' };
    await page.route('**/ledger/statement?*', (route) => route.fulfill({ status: 409, json: changed }));
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'It changed' }).waitFor();
    await page.unroute('**/ledger/statement?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await linesOf(page).waitFor();
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/ledger?currency=EUR');
    await linesOf(page).waitFor();
    await page.getByRole('table', { name: 'Transfers, newest first' }).waitFor();
    await expectFit(page, 'a statement and transfers');
    await page.goto(`${desk.url}/console/ledger?currency=EUR&end_date=2020-02-29`);
    await page.getByText('Nothing changed the account on these days').waitFor();
    await expectFit(page, 'a statement without lines');
    expect(faults()).toEqual([]);
  });
});

describe.runIf(hasChromium())('transfers in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const other = await desk.tokenOf({ merchant: 'merchant-456', permissions: ['transfers'] });
    await pay(1);
    await send('merchant-456', 250, desk.token, { description: 'Rent' });
    await send('merchant-123', 100, other);
  });
  afterAll(() => desk.close());

  it('are listed with whom they went to or came from, and lead to the entries of their day', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    const rows = page.getByRole('table', { name: 'Transfers, newest first' }).getByRole('row');
    await rows.nth(2).waitFor();
    const { items } = await desk.api<Readonly<{ items: readonly Readonly<{ id: string }>[] }>>('/transfers');
    const shown = (await rows.allInnerTexts()).slice(1).map((row) => row.split('\t').map((at) => at.trim()));
    expect(shown.map((cells) => cells.slice(0, 3))).toEqual([
      ['+1.00 EUR', 'From merchant-456', items[0]?.id],
      ['−2.50 EUR', 'To merchant-456: Rent', items[1]?.id],
    ]);
    await page.getByRole('link', { name: '−2.50 EUR' }).click();
    await page.waitForURL(/\?currency=EUR&account=transfers&start_date=([\d-]{10})&end_date=\1$/);
    await linesOf(page).waitFor();
    expect((await shownLines(page)).map(([change]) => change)).toEqual([-100, 250]);
    expect(await shownSums(page)).toEqual(sumsOf(await read(new URL(page.url()).search.slice(1))));
    expect(faults()).toEqual([]);
  });

  it('stay where they are when another is made, which is counted until it is asked for', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    const rows = page.getByRole('table', { name: 'Transfers, newest first' }).getByRole('row');
    await rows.nth(2).waitFor();
    const before = await rows.allInnerTexts();
    await send('merchant-456', 125, desk.token);
    const news = page.getByRole('button', { name: '1 new', exact: true });
    await news.waitFor();
    expect(await rows.allInnerTexts()).toEqual(before);
    await news.click();
    await rows.nth(3).waitFor();
    expect((await rows.allInnerTexts())[1]).toContain('−1.25 EUR');
    expect(await news.count()).toBe(0);
    expect(faults()).toEqual([]);
  });

  it('say when there is none, and what the server answered in place of them', async () => {
    const { page } = await desk.open();
    const none = { items: [], has_more: false, next_cursor: null };
    await page.route('**/api/transfers?*', (route) => route.fulfill({ json: none }));
    await logIn(page, desk.url, desk.token, '/ledger');
    await page.getByText('No transfer', { exact: true }).waitFor();
    await page.unroute('**/api/transfers?*');
    const problem = { status: 400, code: 'malformed', title: 'Not so', detail: 'It is not so.' };
    await page.route('**/api/transfers?*', (route) => route.fulfill({ status: 400, json: problem }));
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'Not so' }).waitFor();
  });
});
