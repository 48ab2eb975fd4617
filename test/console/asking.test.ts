import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, hearNothing, logIn, openConsole } from '../support/console-window.ts';

let desk: ConsoleDesk;
let id: string;
const EMAIL = 'ada@example.com';

/** What a page asks for at some path, of which nothing comes through until `mend` is called; what was changed is. */
async function cut(page: Page, path: string) {
  const asked: string[] = [];
  await page.route(path, async (route) => {
    asked.push(route.request().method());
    if (route.request().method() === 'DELETE') await route.fetch();
    await route.abort('connectionreset');
  });
  return { asked, mend: () => page.unroute(path) };
}

describe.runIf(hasChromium())('the console asks the API', () => {
  beforeAll(async () => {
    desk = await openConsole();
    ({ id } = await desk.api<{ id: string }>('/customers', {
      method: 'POST',
      key: 'ada',
      body: { email: EMAIL, name: 'Ada Lovelace' },
    }));
  });
  afterAll(() => desk.close());

  it('three times for what it cannot have before it says so, and no more until it is told', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    const { asked, mend } = await cut(page, '**/console/api/customers?*');
    await logIn(page, desk.url, desk.token, '/customers');
    const alert = page.getByRole('alert');
    await alert.getByText('The server cannot be reached').waitFor();
    expect(asked).toEqual(['GET', 'GET', 'GET']);
    await mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: id }).waitFor();
  });

  it('without a word again for what a server that is busy gives the second time', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    let asked = 0;
    await page.route('**/console/api/customers?*', (route) =>
      ++asked > 1
        ? route.continue()
        : route.fulfill({ status: 503, headers: { 'retry-after': '1' }, json: { code: 'overloaded' } }),
    );
    await logIn(page, desk.url, desk.token, '/customers');
    await page.getByRole('link', { name: id }).waitFor();
    expect([asked, await page.getByRole('alert').count()]).toEqual([2, 0]);
  });

  it('at once no more where a server says to wait for longer than a person does', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    let asked = 0;
    const problem = { title: 'Too many requests', detail: 'Wait for a minute.', code: 'rate_limited' };
    await page.route('**/console/api/customers?*', (route) => {
      asked++;
      return route.fulfill({ status: 429, headers: { 'retry-after': '60' }, json: problem });
    });
    await logIn(page, desk.url, desk.token, '/customers');
    const alert = page.getByRole('alert');
    await alert.getByText(problem.title, { exact: true }).waitFor();
    await alert.getByText(problem.detail, { exact: true }).waitFor();
    expect(asked).toBe(1);
  });

  it('once for each look that is on record, whatever became of its answer', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    await logIn(page, desk.url, desk.token, '/customers');
    const found = await cut(page, '**/console/api/customers?email=*');
    await page.getByLabel('Email', { exact: true }).fill(EMAIL);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(found.asked).toEqual(['GET']);
    await page.goto(`${desk.url}/console/customers/${id}`);
    const revealed = await cut(page, `**/console/api/customers/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('alert').waitFor();
    expect(revealed.asked).toEqual(['GET']);
  });

  it('once for a change that has no key, and says that no answer came', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/customers/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Erase…' }).click();
    const { asked } = await cut(page, `**/console/api/customers/${id}`);
    await page.keyboard.type(EMAIL);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('The server cannot be reached').waitFor();
    expect(asked).toEqual(['DELETE']);
    expect(await desk.api(`/customers/${id}`)).toMatchObject({ status: 404 });
  });

  it('for a login where the session is over, and not for what alone is refused as if it were', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    await page.route('**/console/api/customers?*', (route) =>
      route.fulfill({ status: 401, json: { title: 'Not of this session', code: 'unauthenticated' } }),
    );
    await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
    await page.getByRole('alert').getByText('Not of this session').waitFor();
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(1);
    await page.unroute('**/console/api/customers?*');
    await page.context().clearCookies();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
  });

  it('for balances, and has each to its last digit', async () => {
    const { page } = await desk.open();
    const sums = '"pending":0,"paid_out":0,"differences":0';
    await page.route('**/console/api/balance', (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: `{"balances":[{"currency":"USD","available":123456789012345678901,${sums}}]}`,
      }),
    );
    await logIn(page, desk.url, desk.token, '/ledger');
    await page.getByRole('link', { name: 'Available 1,234,567,890,123,456,789.01 USD' }).waitFor();
  });
});
