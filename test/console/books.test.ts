import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';

type Entry = Readonly<{ amount: number; currency: string; payment_id?: string }>;

type Erased = Readonly<{ action: string; timestamp: string; actor: Readonly<{ id: string }> }>;

const EMAIL = 'ada@example.com';

let desk: ConsoleDesk;
let customer: Readonly<{ id: string }>;

const take = (key: string, body: object) =>
  desk.api<Readonly<{ id: string }>>('/payments', {
    method: 'POST',
    key,
    body: { payment_method: 'card', ...body },
  });
const newCustomer = (email: string) =>
  desk.api<Readonly<{ id: string }>>('/customers', {
    method: 'POST',
    key: `customer-${email}`,
    body: { email, name: 'Ada Lovelace', phone: '+441632960000', metadata: { tier: 'gold' } },
  });
const looksAt = async (id: string) =>
  (
    await desk.api<Readonly<{ items: readonly unknown[] }>>(
      `/audit?entity_type=customer_access&entity_id=${id.replace('cus_', 'cac_')}`,
    )
  ).items.length;

describe.runIf(hasChromium())('customers, the ledger and the audit trail in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    customer = await newCustomer(EMAIL);
    await take('order-1', { amount: 1_999, currency: 'USD', customer_id: customer.id });
    const yen = await take('order-2', { amount: 5_000, currency: 'JPY' });
    await desk.api(`/payments/${yen.id}/refunds`, { method: 'POST', key: 'refund', body: { amount: 1_200 } });
  });
  afterAll(() => desk.close());

  it.each(WIDTHS)('have no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/customers');
    await page.getByLabel('Email', { exact: true }).waitFor();
    await expectFit(page, 'customers');
    await page.goto(`${desk.url}/console/customers/${customer.id}`);
    await page.getByText('kept encrypted').waitFor();
    await expectFit(page, 'a sealed customer');
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('Ada Lovelace').waitFor();
    await expectFit(page, 'a revealed customer');
    await page.getByRole('button', { name: 'Erase…' }).click();
    await expectFit(page, 'the form that erases');
    await page.goto(`${desk.url}/console/ledger`);
    await page.getByRole('row').nth(3).waitFor();
    await page.getByText('Available').first().waitFor();
    await expectFit(page, 'the ledger');
    await page.goto(`${desk.url}/console/audit`);
    await page.locator('summary').first().click();
    await page.getByRole('region').waitFor();
    await expectFit(page, 'the audit trail');
    expect(faults()).toEqual([]);
  });

  it('find a customer by email with the keyboard, keep the email out of every address, and show nothing unasked', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token);
    const before = await looksAt(customer.id);
    const asked: string[] = [];
    page.on('framenavigated', (frame) => asked.push(frame.url()));
    await pressPair(page, 'g c');
    await page.getByLabel('Email', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(EMAIL.toUpperCase());
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/console/customers/${customer.id}`);
    await page.getByText('kept encrypted').waitFor();
    expect(await page.getByText('Ada Lovelace').count()).toBe(0);
    expect(asked.join()).not.toMatch(/example/i);
    expect(await looksAt(customer.id)).toBe(before + 1);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('Ada Lovelace').waitFor();
    expect(await page.getByText('gold').count()).toBe(1);
    expect(await looksAt(customer.id)).toBe(before + 2);
  });

  it('say that no customer has an email, and take no part of one', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/customers');
    await page.getByLabel('Email', { exact: true }).fill('ada@example.co');
    await page.keyboard.press('Enter');
    await page.getByText('No customer has this email').waitFor();
  });

  it('erase a customer once their whole email was typed, and not when they changed meanwhile', async () => {
    const { id } = await newCustomer('grace@example.com');
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/customers/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Erase…' }).click();
    const erase = page.getByRole('button', { name: 'Erase', exact: true });
    await page.keyboard.type('grace@example');
    expect(await erase.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    await desk.api(`/customers/${id}`, { method: 'PATCH', body: { name: 'Grace Hopper' } });
    await page.keyboard.type('.com');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await desk.api(`/customers/${id}`)).toMatchObject({ name: 'Grace Hopper' });
    await page.reload();
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Erase…' }).click();
    await page.keyboard.type('grace@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('The details are erased').waitFor();
    expect(await desk.api(`/customers/${id}`)).toMatchObject({ status: 404 });
    const { items } = await desk.api<Readonly<{ items: readonly Erased[] }>>(
      `/audit?entity_type=customer&entity_id=${id}`,
    );
    expect(items[0]).toMatchObject({ action: 'customer.erased' });
    const byWhom = page.getByText(new RegExp(`^User ${items[0]?.actor.id}`));
    await byWhom.waitFor();
    await page.locator(`time[datetime="${items[0]?.timestamp}"]`).waitFor();
    await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
    const row = page.getByRole('row').filter({ hasText: `${id}, erased` });
    await row.getByRole('link').click();
    await byWhom.waitFor();
    await page.getByText('Chain intact').waitFor();
    expect(await page.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
    await expectFit(page, 'an erased customer');
  });

  it('offer nothing to reveal of an id that no customer has, nor to a token that is shown none, and what is revealed has the focus', async () => {
    const unknown = `cus_${'0'.repeat(31)}1`;
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, `/customers/${unknown}`);
    await page.getByText('There is no such customer').waitFor();
    expect(await page.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
    await page.goto(`${desk.url}/console/customers/${customer.id}`);
    await page.getByRole('button', { name: 'Reveal' }).press('Enter');
    await page.getByRole('group', { name: 'Details' }).and(page.locator(':focus')).waitFor();
    const { page: other } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments'] });
    await logIn(other, desk.url, token, `/customers/${customer.id}`);
    await other.getByRole('alert').getByText('`customers`').waitFor();
    expect(await other.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
  });

  it('say of an erasure whose record is not in the trail yet that it is not, and look again', async () => {
    const { id } = await newCustomer('edsger@example.com');
    const { page } = await desk.open();
    await page.route('**/api/audit?entity_type=customer&*', (route) =>
      route.fulfill({ json: { items: [], next_cursor: null, has_more: false } }),
    );
    await logIn(page, desk.url, desk.token, `/customers/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Erase…' }).click();
    await page.keyboard.type('edsger@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('does not have the record yet').waitFor();
    await page.unroute('**/api/audit?entity_type=customer&*');
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('Chain intact').waitFor();
  });

  it('say of an erased customer that they are, and where the record of it is, to a token that may not read it', async () => {
    const { id } = await newCustomer('alan@example.com');
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['customers'] });
    await logIn(page, desk.url, token, `/customers/${id}`);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Erase…' }).click();
    await page.keyboard.type('alan@example.com');
    await page.keyboard.press('Enter');
    const where = page.getByText('The audit trail, which your token does not show');
    await where.waitFor();

    const looks = await looksAt(id);
    await page.getByRole('link', { name: 'Customers', exact: true }).first().click();
    await page
      .getByRole('row')
      .filter({ hasText: `${id}, erased` })
      .getByRole('link')
      .click();
    await where.waitFor();
    await page.reload();
    await where.waitFor();
    await page.getByText('The details are erased').waitFor();
    expect(await page.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
    expect(await looksAt(id)).toBe(looks);
  });

  it('lead from each balance to the statement of what makes it, and from a line to its payment', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/ledger');
    const yen = page.getByRole('link', { name: /Available 3,800 JPY/ });
    await yen.waitFor();
    await page.getByRole('link', { name: /Available 19\.99 USD/ }).waitFor();
    await yen.click();
    await page.getByRole('heading', { name: 'Statement in JPY' }).waitFor();
    expect(await yen.getAttribute('aria-current')).toBe('true');
    const { items } = await desk.api<Readonly<{ items: readonly Entry[] }>>('/ledger/statement?currency=JPY');
    await page.getByText(`${items.length} shown, all there are`).waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + items.length);
    expect(new URL(page.url()).search).toBe('?currency=JPY');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/console/payments/${items[0]?.payment_id}`);
  });

  it('filter the trail in the address, show each entry as the API has it, and hand out its report', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/audit');
    await page.getByLabel('Id', { exact: true }).fill(customer.id);
    await page.keyboard.press('Enter');
    await page.getByText('1 shown, all there are').waitFor();
    expect(new URL(page.url()).search).toBe(`?entity_id=${customer.id}`);
    await page.locator('summary').click();
    const raw = await page.getByRole('region').textContent();
    const { items } = await desk.api<Readonly<{ items: readonly unknown[] }>>(
      `/audit?entity_id=${customer.id}`,
    );
    expect(JSON.parse(raw ?? '')).toEqual(items[0]);
    const chain = await desk.api<Readonly<{ intact: boolean; links: number }>>(
      `/audit/chain?entity_type=customer&entity_id=${customer.id}`,
    );
    expect(chain).toMatchObject({ intact: true, links: 1 });
    await page.getByText('Chain intact', { exact: true }).waitFor();
    await page.getByRole('link', { name: '1 link', exact: true }).click();
    expect(new URL(page.url()).search).toBe(`?entity_type=customer&entity_id=${customer.id}`);
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Report as CSV' }).click(),
    ]);
    expect(new URL(report.url()).pathname).toBe('/console/api/audit/report');
  });

  it('say of a chain which link is not as it was sealed, and of a transaction nothing', async () => {
    const { page } = await desk.open();
    const fault = { entity_type: 'customer', entity_id: customer.id, sequence: 1, kind: 'edited' };
    const broken = {
      entity_type: 'customer',
      entity_id: customer.id,
      intact: false,
      links: 1,
      head: '',
      fault,
    };
    await page.route('**/api/audit/chain?*', (route) => route.fulfill({ json: broken }));
    await logIn(page, desk.url, desk.token, `/audit?entity_type=customer&entity_id=${customer.id}`);
    await page.getByText('Chain broken', { exact: true }).waitFor();
    await page.getByText(`Edited, link 1 of customer ${customer.id}`, { exact: true }).waitFor();
    await page.unroute('**/api/audit/chain?*');
    await page.goto(`${desk.url}/console/audit?entity_type=transaction&entity_id=txn_${'0'.repeat(32)}`);
    await page.getByText('No entry matches').waitFor();
    expect(await page.getByText(/^Chain/).count()).toBe(0);
  });

  it('show who may not see them which permission is missing', async () => {
    const { page } = await desk.open();
    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments'] });
    await logIn(page, desk.url, token, '/ledger');
    await page.getByText('`transfers`').first().waitFor();
    for (const name of ['Customers', 'Ledger', 'Audit'])
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(0);
  });
});
