import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';

type Job = Readonly<{ id: string; kind: string; status: string; query: object }>;
type Schedule = Readonly<{ id: string; kind: string; every: string; status: string; at: object }>;

let desk: ConsoleDesk;

const take = (key: string, body: object = {}) =>
  desk.api('/payments', {
    method: 'POST',
    key,
    body: { amount: 1_999, currency: 'USD', payment_method: 'card', ...body },
  });
const jobs = async () => (await desk.api<Readonly<{ items: readonly Job[] }>>('/exports')).items;
const schedules = async () =>
  (await desk.api<Readonly<{ items: readonly Schedule[] }>>('/export_schedules')).items;

describe.runIf(hasChromium())('exports in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await take('order-1');
    await take('order-2', { currency: 'EUR' });
    await take('order-3', { payment_method: 'test_declined' });
    await desk.api('/exports', { method: 'POST', key: 'first', body: { kind: 'ledger_entries' } });
    await desk.api('/export_schedules', {
      method: 'POST',
      key: 'daily',
      body: { kind: 'journal', every: 'day' },
    });
    await eventually(async () => expect(await jobs()).toMatchObject([{ status: 'completed' }]));
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('have no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/exports');
    await page.getByRole('row', { name: /^Journal/ }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    await expectFit(page, 'exports and schedules');
    await page.locator('[data-row]').first().press('Enter');
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await expectFit(page, 'an export');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New export' }).click();
    await expectFit(page, 'the form of an export');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New schedule' }).click();
    await page.getByLabel('Of each', { exact: true }).selectOption('Month');
    await expectFit(page, 'the form of a schedule');
    expect(faults()).toEqual([]);
  });

  it('are made once where the answer was lost, as they were first asked for, whatever the form says by then', async () => {
    const before = (await jobs()).length;
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/exports');
    const sent: string[] = [];
    let isCut = true;
    await page.route('**/console/api/exports', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent.push(`${route.request().headers()['idempotency-key']} ${route.request().postData()}`);
      if (!isCut) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'New export' }).click();
    await page.getByLabel('Rows of', { exact: true }).press('Enter');
    await page.getByText('Whether it happened is not known').waitFor();
    const box = page.getByLabel('Only those that need attention', { exact: true });
    expect(await box.isDisabled()).toBe(true);
    await box.evaluate((element: { checked: boolean; closest: (of: string) => { disabled: boolean } }) => {
      element.closest('fieldset').disabled = false;
      element.checked = true;
    });
    isCut = false;
    // The button has the focus, as what had it is locked.
    await page.keyboard.press('Enter');
    await expect.poll(() => sent.length).toBe(4);
    expect(new Set(sent).size).toBe(1);
    await page.getByRole('link', { name: 'Download' }).waitFor();
    expect(await jobs()).toHaveLength(before + 1);
  });

  it('are made by the keyboard in fewer than ten actions, with their progress, to a link that downloads', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    let rows_done = 1_000;
    await page.route('**/console/api/exports/exp_*', async (route) => {
      const response = await route.fetch();
      if (rows_done === 4_000) return route.fulfill({ response });
      const { result_url: _, ...job } = (await response.json()) as Job & { result_url?: string };
      const progress = { rows_done, rows_total: 4_000 };
      await route.fulfill({ response, json: { ...job, status: 'processing', progress } });
    });
    let actions = 0;
    const press = (key: string) => (actions++, page.keyboard.press(key));
    await pressPair({ keyboard: { press } }, 'g e');
    await page.getByRole('heading', { name: 'Schedules' }).waitFor();
    await press('n');
    await page.getByLabel('Rows of', { exact: true }).waitFor();
    await press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Export of payments' });
    await drawer.getByText('1,000 of 4,000 rows').waitFor();
    rows_done = 3_000;
    await drawer.getByText(/^3,000 of 4,000 rows · [\d,]+ a second · \d+ s left$/).waitFor();
    rows_done = 4_000;
    await drawer.getByRole('link', { name: 'Download' }).waitFor();
    await drawer.getByText(/^This link works until/).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
    expect(actions).toBeLessThan(10);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(1 + 3);
    expect(faults()).toEqual([]);
  });

  it('take their filters from the address of the list that led to them', async () => {
    const { page } = await desk.open();
    const filters = { status: 'succeeded', currency: 'EUR', min_amount: '1000', start_date: '2026-01-01' };
    await logIn(
      page,
      desk.url,
      desk.token,
      `/exports?${new URLSearchParams({ kind: 'payments', ...filters }).toString()}`,
    );
    expect(await page.getByLabel('At least', { exact: true }).inputValue()).toBe('10.00');
    await page.getByRole('button', { name: 'Export', exact: true }).press('Enter');
    await page.getByRole('link', { name: 'Download' }).waitFor();
    const [job] = await jobs();
    expect(new URL(page.url()).search).toBe(`?export=${job?.id}`);
    expect(job).toMatchObject({ kind: 'payments', progress: { rows_done: 1 } });
    expect(job?.query).toMatchObject({ status: 'succeeded', currency: 'EUR' });
  });

  it('are canceled once, and say so', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/exports');
    const [job] = await jobs();
    const sent: string[] = [];
    await page.route('**/console/api/exports/exp_*', async (route) => {
      const response = await route.fetch();
      const status = sent.length === 0 ? 'processing' : 'canceled';
      const { result_url: _, ...rest } = (await response.json()) as Job & { result_url?: string };
      await route.fulfill({ response, json: { ...rest, status } });
    });
    await page.route('**/cancel', async (route) => {
      sent.push(route.request().url());
      await route.fulfill({ json: { ...job, status: 'canceled' } });
    });
    await page.goto(`${desk.url}/console/exports?export=${job?.id}`);
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Cancel' }).press('Enter');
    await drawer.getByText('Canceled').waitFor();
    expect(sent).toEqual([`${desk.url}/console/api/exports/${job?.id}/cancel`]);
    expect(await drawer.getByRole('link', { name: 'Download' }).count()).toBe(0);
  });

  it('are scheduled, paused, and no longer', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/exports');
    await page.getByRole('button', { name: 'New schedule' }).press('Enter');
    await page.getByLabel('Rows of', { exact: true }).selectOption('Settlements');
    await page.getByLabel('Of each', { exact: true }).selectOption('Week');
    await page.getByLabel('On', { exact: true }).selectOption('Friday');
    await page.getByRole('button', { name: 'Schedule', exact: true }).press('Enter');
    const row = page.getByRole('row', { name: /^Settlements Week, Friday 06:00/ });
    await row.waitFor();
    const made = async () => (await schedules()).find(({ kind }) => kind === 'settlements');
    expect(await made()).toMatchObject({ every: 'week', at: { time: '06:00', weekday: 'friday' } });
    await row.getByRole('button', { name: 'Pause' }).press('Enter');
    // The names of two buttons beside each other, run together, begin so too.
    await row.getByText('Paused', { exact: true }).waitFor();
    expect(await made()).toMatchObject({ status: 'paused' });
    await row.getByRole('button', { name: 'Delete…' }).press('Enter');
    await page.getByText('Files that it ordered stay').waitFor();
    await page.keyboard.press('Enter');
    await row.waitFor({ state: 'detached' });
    expect((await schedules()).map(({ kind }) => kind)).toEqual(['journal']);
  });

  it('have schedules below them that neither those on their way nor another person moves', async () => {
    const { page } = await desk.open();
    let answer = () => {};
    const isAnswered = new Promise<void>((answered) => (answer = answered));
    await page.route('**/console/api/exports?*', async (route) => {
      await isAnswered;
      await route.continue();
    });
    await logIn(page, desk.url, desk.token, '/exports');
    await page.getByRole('status', { name: 'Loading exports' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Schedules' }).count()).toBe(0);
    answer();
    const rows = page.getByRole('table', { name: 'Schedules, newest first' }).getByRole('row');
    await rows.nth(1).waitFor();
    const before = await rows.nth(1).boundingBox();

    const another = { kind: 'transactions', every: 'month' };
    const { id } = await desk.api<Schedule>('/export_schedules', {
      method: 'POST',
      key: 'another',
      body: another,
    });
    await take('order-whose-event-is-heard');
    const news = page.getByRole('region', { name: 'Schedules' }).getByRole('button', { name: '1 new' });
    await news.waitFor();
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(1).innerText()).toMatch(/^Journal/);
    expect(await rows.nth(1).boundingBox()).toEqual(before);
    await news.press('Enter');
    await page.getByRole('row', { name: /^Transactions/ }).waitFor();
    await page
      .getByRole('row', { name: /^Transactions/ })
      .getByRole('button', { name: 'Delete…' })
      .click();
    await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await expect.poll(async () => (await schedules()).map((each) => each.id)).not.toContain(id);
  });

  it('say of a schedule that another changed meanwhile that it is another, and show it', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/exports');
    const row = page.getByRole('row', { name: /^Journal/ });
    await row.waitFor();
    const { id } = (await schedules()).find(({ kind }) => kind === 'journal') ?? { id: '' };
    await page.route(`**/console/api/export_schedules/${id}`, async (route) => {
      await desk.api(`/export_schedules/${id}`, { method: 'PATCH', body: { status: 'paused' } });
      await route.continue();
    });
    await row.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.getByRole('alert').waitFor();
    await row.getByRole('button', { name: 'Resume' }).waitFor();
    await row.getByText('Paused', { exact: true }).waitFor();
  });

  it('are of no kind that the token may not read', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['exports'] });
    await logIn(page, desk.url, token, '/exports');
    await page.getByRole('button', { name: 'New export' }).click();
    await page.getByLabel('Rows of', { exact: true }).waitFor();
    expect(await page.getByLabel('Rows of', { exact: true }).getByRole('option').allInnerTexts()).toEqual([
      'Payments',
      'Transactions',
    ]);
  });

  it('are of payments where a link asks for a kind that the token may not read', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['exports'] });
    await logIn(page, desk.url, token, '/exports?kind=audit');
    expect(await page.getByLabel('Rows of', { exact: true }).inputValue()).toBe('payments');
    await page.getByLabel('Declined as', { exact: true }).waitFor();
  });
});
