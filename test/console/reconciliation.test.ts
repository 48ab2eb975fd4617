import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSENCES, OUTCOMES } from '../../console/src/reconciliations/reconciliation-search.ts';
import * as absences from '../../src/domain/files/absences.ts';
import * as rows from '../../src/domain/files/match-row.ts';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';
import { processorFile, reconciled } from '../support/processor-file.ts';

type Reconciliation = Readonly<{ id: string; status: string; counts: Readonly<Record<string, number>> }>;
type Exception = Readonly<{ id: string; status: string; kind: string; amount?: number }>;

const STRANGER = `pay_${'0'.repeat(32)},txn_${'0'.repeat(32)},settled,0,2026-03-02,2026-03-02,payment,700,USD,,,`;

it('lists every outcome that a row, or what no file named, may have', () => {
  expect(OUTCOMES).toEqual(rows.OUTCOMES);
  expect(ABSENCES).toEqual(absences.ABSENCES);
});

let desk: ConsoleDesk;
let first: Reconciliation;

const sent = async (text: string) =>
  desk.api<Reconciliation>(`/reconciliations/${await reconciled(desk, text)}`);
const read = (id: string) => desk.api<Reconciliation>(`/reconciliations/${id}`);
const exceptions = async (query: string) =>
  (await desk.api<Readonly<{ items: readonly Exception[] }>>(`/exceptions?${query}`)).items;

describe.runIf(hasChromium())('reconciliation in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    const rows = [1_999, 4_200, 990].map((paid) => ({ paid, says: paid }));
    first = await sent(
      await processorFile(desk, 'first', rows.with(1, { paid: 4_200, says: 4_150 }), [STRANGER, 'no row']),
    );
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/reconciliations');
    await page.locator('[data-row]').first().waitFor();
    await expectFit(page, 'reconciliations');
    await page.keyboard.press('n');
    await expectFit(page, 'the form that sends a file');
    await page.goto(`${desk.url}/console/reconciliations/${first.id}`);
    await page.getByText('5 shown, all there are').waitFor();
    await expectFit(page, 'a reconciliation');
    await page.goto(`${desk.url}/console/exceptions?status=any`);
    await page.getByLabel('All open ones shown', { exact: true }).check();
    await expectFit(page, 'exceptions, of which some are chosen');
    await page.getByRole('button', { name: /^Decide about/ }).click();
    await expectFit(page, 'a decision about several');
    const [mismatched] = await exceptions('kind=mismatched');
    await page.goto(`${desk.url}/console/exceptions/${mismatched?.id}`);
    await page.getByRole('row', { name: /^Amount/ }).waitFor();
    await expectFit(page, 'an exception');
    await page.keyboard.press('l');
    await expectFit(page, 'a decision');
    expect(faults()).toEqual([]);
  });

  it('takes a file, counts it to its end, and leads from each outcome, which add up to it, to its rows', async () => {
    const text = await processorFile(
      desk,
      'second',
      [
        { paid: 500, says: 500 },
        { paid: 600, says: 650 },
      ],
      [STRANGER],
    );
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    await pressPair(page, 'g r');
    await page.getByRole('button', { name: 'Reconcile a file' }).press('Enter');
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'März <2>.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    let isRead = false;
    await page.route('**/console/api/reconciliations/rec_*', async (route) => {
      const response = await route.fetch();
      if (isRead) return route.fulfill({ response });
      const json = { ...(await response.json()), status: 'processing', rows_done: 1, rows_total: 3 };
      await route.fulfill({ response, json });
    });
    await page.getByRole('button', { name: 'Reconcile', exact: true }).press('Enter');
    await page.getByText('1 of 3 rows matched').waitFor();
    isRead = true;
    await page.getByText('Together, all rows of the file').waitFor();
    await page.getByRole('heading', { name: 'M_rz _2_.csv' }).waitFor();
    const id = page.url().split('/').at(-1) ?? '';
    const { counts } = await read(id);
    const shown = await page
      .getByRole('link', { name: /^(Matched|Mismatched|Missing here|Duplicate|Rejected)/ })
      .allInnerTexts();
    const numbers = shown.map((each) => Number(each.split('\n').at(-1)));
    expect(numbers).toHaveLength(6);
    expect(numbers.reduce((sum, each) => sum + each, 0)).toBe(counts['rows']);
    await page.getByRole('link', { name: /^Mismatched/ }).click();
    await page.getByText(`${counts['mismatched']} shown, all there are`).waitFor();
    expect(new URL(page.url()).search).toBe('?outcome=mismatched');
    const chosen = page.getByRole('link', { name: /^Mismatched/ });
    expect(await chosen.getAttribute('aria-current')).toBe('true');
    expect(await page.getByRole('row', { name: /Mismatched 6\.50 USD pay_/ }).count()).toBe(1);
    const list = page.url();
    await page.getByRole('link', { name: 'Exceptions of this kind', exact: true }).click();
    await page.getByRole('row', { name: /0\.50 USD/ }).waitFor();
    await page.getByText('1 shown, all there are').waitFor();
    await page.getByRole('link', { name: 'one reconciliation', exact: true }).click();
    await page.getByText('Together, all rows of the file').waitFor();
    await page.goto(list);
    await page
      .getByRole('row', { name: /Mismatched/ })
      .getByRole('link', { name: 'Open', exact: true })
      .click();
    await page.getByRole('row', { name: /^Amount/ }).waitFor();
    const [own] = await exceptions(`reconciliation_id=${id}`).then((all) =>
      all.filter(({ kind }) => kind === 'mismatched'),
    );
    expect(new URL(page.url()).pathname).toBe(`/console/exceptions/${own?.id}`);
  });

  it('leads from what rows say to them, where every row of their outcome is of their currency', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, `/reconciliations/${first.id}`);
    const sums = page.getByRole('table', { name: 'Sums by currency and outcome' });
    await sums.getByRole('row', { name: /^Mismatched 1 / }).waitFor();
    // One of its rows has no currency.
    expect(
      await sums
        .getByRole('row', { name: /^USD 4 / })
        .getByRole('link')
        .count(),
    ).toBe(0);
    await sums.getByRole('link', { name: '41.50 USD' }).press('Enter');
    await page.getByText('1 shown, all there are').waitFor();
    expect(new URL(page.url()).search).toBe('?outcome=mismatched');
    await sums
      .getByRole('row', { name: /^Matched/ })
      .getByRole('link', { name: '2', exact: true })
      .press('Enter');
    await page.getByText('2 shown, all there are').waitFor();
    expect(faults()).toEqual([]);
  });

  it('leads from the overview to the open exceptions of an age and a kind, of which it counts as many', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/overview');
    const mismatched = await exceptions('kind=mismatched&status=open');
    const own = page
      .getByRole('row', { name: /^Mismatched/ })
      .getByRole('link')
      .first();
    await own.waitFor();
    expect(await own.innerText()).toBe(`${mismatched.length}`);
    await own.click();
    await page.getByText(`${mismatched.length} shown, all there are`).waitFor();
    expect(await page.getByRole('link', { name: 'Mismatched', exact: true }).count()).toBe(mismatched.length);
  });

  it('clears an exception, both sides seen, with the keyboard and fewer than ten actions', async () => {
    await sent(await processorFile(desk, 'third', [{ paid: 12_000, says: 11_900 }]));
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token);
    let actions = 0;
    const press = (key: string) => (actions++, page.keyboard.press(key));
    await pressPair({ keyboard: { press } }, 'g x');
    await page.getByRole('row', { name: /Mismatched 1\.00 USD/ }).waitFor();
    await press('j');
    await press('Enter');
    const amount = page.getByRole('row', { name: /^Amount/ });
    await amount.getByText('119.00 USD').waitFor();
    expect(await amount.innerText()).toMatch(/120\.00 USD\s+119\.00 USD\s+Differs/);
    expect(await page.getByRole('row', { name: /^Currency/ }).innerText()).not.toMatch(/Differs/);
    await press('a');
    await page.getByLabel('Reason', { exact: true }).waitFor();
    await page.keyboard.type('Agreed with the processor');
    actions++;
    await press('Enter');
    await page.getByText('Accept difference: done.').waitFor();
    expect(actions).toBeLessThan(10);
    expect((await exceptions('status=resolved')).map(({ amount: each }) => each)).toEqual([100]);
    expect(faults()).toEqual([]);
  });

  it('has a resolution above the limit wait for a second person, and lets who proposed it only take it back', async () => {
    const admin = await desk.tokenOf({ merchant: 'merchant-123', subject: 'root', permissions: ['admin'] });
    const limits = { resolution_limits: { USD: 1_000 } };
    expect(
      await desk.api('/merchants/merchant-123', { method: 'PATCH', as: admin, body: limits }),
    ).toMatchObject(limits);
    await sent(await processorFile(desk, 'fourth', [{ paid: 9_000, says: 2_000 }]));
    const [large] = await exceptions('kind=mismatched&status=open');
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/exceptions/${large?.id}`);
    await page.getByRole('button', { name: 'Ignore' }).press('Enter');
    await page.getByLabel('Reason', { exact: true }).waitFor();
    await page.keyboard.type('Not ours');
    await page.keyboard.press('Enter');
    await page.getByText('Ignore waits for a second person: you proposed it.').waitFor();
    expect(await page.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Take back' }).waitFor();
    const other = await desk.open();
    const bob = await desk.tokenOf({ merchant: 'merchant-123', subject: 'bob' });
    await logIn(other.page, desk.url, bob, `/exceptions/${large?.id}`);
    await other.page.getByText('Ignore waits for a second person.').waitFor();
    await other.page.keyboard.press('a');
    await other.page.getByText('with you as the second person').waitFor();
    await other.page.keyboard.press('Enter');
    await other.page.getByText('merchant-123 and bob').waitFor();
    expect(await desk.api(`/exceptions/${large?.id}`)).toMatchObject({ status: 'ignored' });
  });

  it('counts what a decision about several can be about before it is sent, and decides once when the answer was lost', async () => {
    const open = await exceptions('status=open');
    const able = open.filter(({ kind }) => kind !== 'rejected').length;
    expect(able).toBeLessThan(open.length);
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/exceptions');
    await page.locator('[data-row]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText(/^1 chosen/).waitFor();
    await page.getByLabel('All open ones shown', { exact: true }).check();
    await page.getByRole('button', { name: `Decide about ${open.length}` }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${able} of ${open.length} can be`).waitFor();
    await dialog.getByLabel('Decision', { exact: true }).selectOption('Ignore');
    await dialog.getByText(`${open.length} of ${open.length} can be`).waitFor();
    const keys: string[] = [];
    let isCut = true;
    await page.route('**/exceptions/resolve', async (route) => {
      keys.push(route.request().postData() ?? '');
      if (!isCut) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await dialog.getByLabel('Reason', { exact: true }).fill('A file of a test');
    await page.keyboard.press('Enter');
    const again = dialog.getByRole('button', { name: 'Send again' });
    await again.waitFor();
    isCut = false;
    await again.press('Enter');
    await dialog.getByText(`${open.length} done.`).waitFor();
    expect([keys.length, new Set(keys).size]).toEqual([4, 1]);
    expect(await exceptions('status=open')).toEqual([]);
  });
});
