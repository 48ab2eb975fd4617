import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VendorPayment } from '../../console/src/approvals/approval-queries.ts';
import { agesOf } from '../../console/src/overview/age-groups.ts';
import { daysAgo, firstDayWith, oldestAttention } from '../../console/src/overview/oldest.ts';
import { dayBefore, periodOf } from '../../console/src/overview/overview-search.ts';
import { successOf } from '../../console/src/overview/success.ts';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

type Report = Readonly<{
  total: readonly Readonly<{
    currency: string;
    count: number;
    succeeded_count: number;
    failed_count: number;
  }>[];
}>;

let desk: ConsoleDesk;

const HOUR_MS = 3_600_000;
const rfc = (at: number): string => new Date(at).toISOString();

it('has what waits in the one age that it is of', () => {
  const now = Date.parse('2026-03-10T00:00:00.000Z');
  const made = (createdAt: string) => ({ createdAt, paymentId: createdAt }) as VendorPayment;
  const waiting = ['2026-03-01', '2026-03-03', '2026-03-07', '2026-03-08', '2026-03-09T12:00:00Z'].map(made);
  expect(agesOf(waiting, now).map(({ count, oldest }) => [count, oldest?.paymentId])).toEqual([
    [1, '2026-03-09T12:00:00Z'],
    [1, '2026-03-08'],
    [1, '2026-03-07'],
    [2, '2026-03-01'],
  ]);
});

it('looks back on so many days of UTC, today included', () => {
  const now = Date.parse('2026-03-01T00:30:00.000Z');
  expect(periodOf(7, now)).toEqual({ from: '2026-02-23', to: '2026-03-01' });
});

it('has the one that has needed people the longest, or for how long at least where there are more', () => {
  const now = Date.parse('2026-03-10T00:00:00.000Z');
  const needing = (id: string, since: string) => ({
    id,
    attention: { reason: 'silence', since, seen: { state: 'silent' } },
  });
  const items = [
    needing('pay_3', '2026-03-09T23:00:00.000Z'),
    needing('pay_2', '2026-03-06T20:00:00.000Z'),
    needing('pay_1', '2026-03-09T22:00:00.000Z'),
  ];
  expect(oldestAttention({ items: [], has_more: false }, now)).toBeUndefined();
  expect(oldestAttention({ items, has_more: false }, now)).toEqual({ text: 'for 3 d 4 h', id: 'pay_2' });
  expect(oldestAttention({ items, has_more: true }, now)).toEqual({ text: 'for over 3 d 4 h' });
  expect(oldestAttention({ items: [needing('pay_1', rfc(now))], has_more: true }, now)).toBeUndefined();
});

it('has the first day of a status, and how many days ago that was', () => {
  const none = { succeeded_count: 0, failed_count: 0, success_rate: 0, total_amount: 0 };
  const amounts = { captured_amount: 0, refunded_amount: 0, net_amount: 0 };
  const costs = { fees_amount: null, disputed_count: null, disputed_amount: null, proceeds_amount: null };
  const row = (group: string, count: number) => ({
    currency: 'USD',
    group,
    count,
    ...none,
    ...amounts,
    ...costs,
  });
  const bucket = (date: string, ...rows: ReturnType<typeof row>[]) => ({
    date,
    begin: `${date}T00:00:00Z`,
    end: `${date}T00:00:00Z`,
    rows,
  });
  const buckets = [
    bucket('2026-03-01', row('succeeded', 4), row('processing', 0)),
    bucket('2026-03-02', row('succeeded', 4), row('processing', 1)),
    bucket('2026-03-03', row('processing', 2)),
  ];
  expect(firstDayWith('processing', { buckets })).toBe('2026-03-02');
  expect(firstDayWith('failed', { buckets })).toBeUndefined();
  expect(dayBefore('2026-03-01')).toBe('2026-02-28');
  expect(['2026-03-03', '2026-03-02', '2026-02-27'].map((day) => daysAgo(day, '2026-03-03'))).toEqual([
    'today',
    '1 day ago',
    '4 days ago',
  ]);
});

it('has no rate of success where no payment has succeeded or failed', () => {
  expect(successOf({ succeeded_count: 0, failed_count: 0, success_rate: 0 })).toBe('—');
  expect(successOf({ succeeded_count: 0, failed_count: 2, success_rate: 0 })).toBe('0 %');
  expect(successOf({ succeeded_count: 2, failed_count: 1, success_rate: 2 / 3 })).toBe('66.7 %');
});

describe.runIf(hasChromium())('the overview', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const sales = [
      { amount: 5_000, currency: 'USD', payment_method: 'card' },
      { amount: 1_999, currency: 'USD', payment_method: 'test_declined' },
      { amount: 2_999, currency: 'USD', payment_method: 'test_insufficient_funds' },
      { amount: 24_800, currency: 'JPY', payment_method: 'card', capture_method: 'manual' },
    ];
    for (const [index, body] of sales.entries())
      await desk.api('/payments', { method: 'POST', key: `order-${index}`, body });
    const body = { url: 'http://127.0.0.1:9/hooks', events: ['refund.created'] };
    await desk.api('/webhook_endpoints', { method: 'POST', key: 'endpoint', body });
  });
  afterAll(() => desk.close());

  it('has numbers of which each leads to the rows that make it', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/overview');
    const dollars = page.getByRole('article', { name: 'USD' });
    await dollars.getByText('50.00').first().waitFor();
    const { total } = await desk.api<Report>('/reports/payments?interval=day');
    const expected = total.find(({ currency }) => currency === 'USD');
    const links = dollars.getByRole('link');
    expect(await links.allTextContents()).toEqual([`${expected?.count}`, `${expected?.failed_count}`]);
    await links.nth(1).click();
    await page.locator('[data-row]').first().waitFor();
    expect(await page.locator('[data-row]').count()).toBe(expected?.failed_count);
    await page.goBack();
    const held = page.getByRole('link', { name: /Authorized, not captured/ });
    await held.filter({ hasText: '1' }).click();
    await page.getByText('1 shown').waitFor();
    expect(faults()).toEqual([]);
  });

  it('has the successes and failures of each day, each number leading to those payments of the day', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/overview');
    const { total } = await desk.api<Report>('/reports/payments?interval=day');
    const dollars = total.find(({ currency }) => currency === 'USD');
    const card = page.getByRole('article', { name: 'USD' });
    await card.getByText('As a table').click();
    const table = card.getByRole('region', { name: 'USD by day' });
    const heads = await table.getByRole('columnheader').allTextContents();
    expect(heads.slice(1, 5)).toEqual(['Payments', 'Succeeded', 'Failed', 'Success']);
    const cells = table.getByRole('row').nth(1).getByRole('cell');
    expect(dollars).toMatchObject({ count: 3, succeeded_count: 1, failed_count: 2 });
    expect((await cells.allTextContents()).slice(0, 4)).toEqual(['3', '1', '2', '33.3 %']);
    for (const [status, cell] of [
      ['succeeded', 1],
      ['failed', 2],
    ] as const) {
      await cells.nth(cell).getByRole('link').click();
      await page.getByText(`${cell} shown`).waitFor();
      const { searchParams } = new URL(page.url());
      expect([searchParams.get('status'), searchParams.get('currency')]).toEqual([status, 'USD']);
      expect(searchParams.get('start_date')).toBe(searchParams.get('end_date'));
      await page.goBack();
      await card.getByText('As a table').click();
    }
    expect(faults()).toEqual([]);
  });

  it('says why payments failed, and how endpoints do and approvals age, each with a way to the rows', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/overview');
    const declined = page.getByRole('row').filter({ hasText: 'card_declined' });
    await declined.waitFor();
    expect(await declined.getByRole('cell').allTextContents()).toEqual(['card_declined', 'USD', '1']);
    await page.getByRole('region', { name: 'Webhooks' }).getByText('Nothing was sent yet.').waitFor();
    await declined.getByRole('link').click();
    await page.getByRole('row', { name: /19\.99/ }).waitFor();
    expect(await page.locator('[data-row]').count()).toBe(1);
    await page.getByRole('link', { name: 'Export these' }).click();
    await expect
      .poll(() => page.getByLabel('Declined as', { exact: true }).inputValue())
      .toBe('card_declined');
    await page.goto(`${desk.url}/console/overview`);
    const exceptions = page.getByRole('row', { name: /^Open exceptions/ });
    await expect.poll(() => exceptions.getByRole('cell').allTextContents()).toEqual(['0', '0', '0', '0']);
    expect(faults()).toEqual([]);
  });

  it('says how old the oldest is that needs people, which it leads to', async () => {
    const { page, faults } = await desk.open();
    const { items } = await desk.api<{ items: readonly Readonly<{ id: string }>[] }>('/payments');
    const sinceHours = (hours: number) => ({
      reason: 'silence',
      since: rfc(Date.now() - hours * HOUR_MS - 60_000),
      seen: { state: 'silent' },
    });
    const needing = items.slice(0, 2).map((item, index) => ({ ...item, attention: sinceHours(1 + index) }));
    const answer = { items: needing, next_cursor: null, has_more: false, total: 2 };
    await page.route('**/api/payments?attention=true&*', (route) => route.fulfill({ json: answer }));
    await logIn(page, desk.url, desk.token, '/overview');
    const oldest = page.getByRole('link', { name: /^Oldest: for 2 h/ });
    await oldest.waitFor();
    await expectFit(page, 'the overview with an oldest');
    await oldest.click();
    await page.waitForURL(`**/console/payments/${needing[1]?.id}`);
    expect(faults()).toEqual([]);
  });

  it('says on which day the oldest that is processing was made, and leads to that day’s', async () => {
    const { page } = await desk.open();
    const days = periodOf(30, Date.now());
    const report = await desk.api<{ buckets: readonly Readonly<{ date: string }>[] }>(
      `/reports/payments?interval=day&group_by=status&from=${days.from}&to=${days.to}`,
    );
    const date = dayBefore(days.to);
    const rows = [{ currency: 'USD', group: 'processing', count: 1 }];
    const buckets = report.buckets.map((bucket) => (bucket.date === date ? { ...bucket, rows } : bucket));
    let earlier = 0;
    await page.route('**/api/reports/payments?*group_by=status*', (route) =>
      route.fulfill({ json: { ...report, buckets } }),
    );
    await page.route('**/api/payments/summary*', async (route) => {
      const processing = route.request().url().includes('end_date=') ? earlier : 1 + earlier;
      const summary = await (await route.fetch()).json();
      await route.fulfill({ json: { ...summary, by_status: { ...summary.by_status, processing } } });
    });
    await logIn(page, desk.url, desk.token, '/overview');
    await page.getByRole('link', { name: 'Oldest: 1 day ago' }).click();
    await page.waitForURL(`**/payments?status=processing&start_date=${date}&end_date=${date}`);
    earlier = 1;
    await page.goto(`${desk.url}/console/overview`);
    await page.getByRole('link', { name: 'Oldest: over 30 days ago' }).click();
    await page.waitForURL(`**/payments?status=processing&end_date=${dayBefore(days.from)}`);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/overview');
    await page.getByRole('article').nth(1).waitFor();
    await page.getByText('As a table').first().click();
    await expectFit(page, 'the overview');
    expect(faults()).toEqual([]);
  });
});
