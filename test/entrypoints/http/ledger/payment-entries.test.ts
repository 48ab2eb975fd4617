import { describe, expect, it } from 'vitest';
import { ledgerPage } from '../../../../src/entrypoints/http/ledger/ledger.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

const permissions = ['payments', 'refunds', 'transfers'];
const entriesOf = async ({ app }: Opened, query: string, merchant_id = 'merchant-1') => {
  const authorization = `Bearer ${await aToken({ merchant_id, permissions })}`;
  const response = await app.request(`/ledger/entries${query}`, { headers: { authorization } });
  expect(response.status).toBe(200);
  return ledgerPage.parse(await response.json());
};

async function paid({ app }: Opened, idempotency_key: string): Promise<string> {
  const body = JSON.stringify(aPaymentBody({ amount: 1_000, idempotency_key }));
  const response = await app.request('/payments', await aRequest({ body }));
  return ((await response.json()) as { id: string }).id;
}

async function refunded({ app }: Opened, payment: string, amount: number): Promise<void> {
  const headers = {
    authorization: `Bearer ${await aToken({ merchant_id: 'merchant-1', permissions })}`,
    'idempotency-key': `${payment}-${amount}`,
  };
  const request = await aRequest({ body: JSON.stringify({ amount }), headers });
  expect((await app.request(`/payments/${payment}/refunds`, request)).status).toBe(201);
}

describe('GET /ledger/entries of a payment', () => {
  it('has all that the ledger has of it, newest first, and nothing of the payments of the same moment', async () => {
    const opened = await anHttpApp();
    const [one, other] = [await paid(opened, 'one'), await paid(opened, 'other')];
    for (const payment of [one, other]) await refunded(opened, payment, 300);
    await refunded(opened, one, 200);
    const all = (await entriesOf(opened, '?limit=100')).items;
    for (const payment of [one, other]) {
      const own = all.filter(({ payment_id }) => payment_id === payment);
      expect(own.length).toBeGreaterThan(2);
      expect((await entriesOf(opened, `?payment_id=${payment}`)).items).toEqual(own);
    }
  });

  it('walks page by page, and shows others none', async () => {
    const opened = await anHttpApp();
    const payment = await paid(opened, 'one');
    await refunded(opened, payment, 300);
    const { items } = await entriesOf(opened, `?payment_id=${payment}`);
    const walked: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await entriesOf(opened, `?payment_id=${payment}&limit=1${cursor}`);
      walked.push(...page.items.map(({ id }) => id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    }
    expect(walked).toEqual(items.map(({ id }) => id));
    expect((await entriesOf(opened, `?payment_id=${payment}`, 'merchant-2')).items).toEqual([]);
  });
});
