import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { searchResults } from '../../../../src/entrypoints/http/search/search.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { aMerchantId, anOpening } from '../../../fixtures/changes.ts';
import { anEvent } from '../../../fixtures/webhooks.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient, type Client } from '../../../support/http-client.ts';

type Made = Readonly<{ id: string; transactions: readonly Readonly<{ id: string }>[] }>;

describe('GET /search', () => {
  let opened: Awaited<ReturnType<typeof anHttpApp>>;
  let client: Client;
  const send = (path: string, init: RequestInit) => opened.app.request(path, init);
  beforeEach(async () => {
    opened = await anHttpApp({}, memoryStorage());
    client = await aClient(send, 'merchant-1');
  });

  const search = async (q: string, as = client) => {
    const response = await as.get(`/search?q=${encodeURIComponent(q)}`);
    expect([q, response.status]).toEqual([q, 200]);
    return searchResults.parse(await response.json());
  };
  const found = async (q: string, as = client) =>
    (await search(q, as)).results.map(({ type, id }) => `${type} ${id}`);
  const make = async (path: string, body: object, key?: string, as = client): Promise<Made> => {
    const response = await as.post(path, body, key);
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as Made;
  };
  const pay = (body: object = {}, key = 'order-1') =>
    make('/payments', { amount: 1999, currency: 'USD', payment_method: 'card', ...body }, key);
  const whole = async (id: string) => (await (await client.get(`/payments/${id}`)).json()) as Made;

  it('finds a payment by its id, by those of its transactions, and by the keys of both, in a line', async () => {
    const { id } = await pay();
    await make(`/payments/${id}/refunds`, { amount: 500 }, 'refund-1');
    const [charge, refund] = (await whole(id)).transactions;
    expect((await search(id)).results).toEqual([
      {
        type: 'payment',
        id,
        status: 'succeeded',
        amount: 1999,
        currency: 'USD',
        created_at: expect.any(String),
      },
    ]);
    for (const transaction of [charge, refund])
      expect((await search(transaction?.id ?? '')).results).toMatchObject([
        { type: 'transaction', id: transaction?.id, payment_id: id },
      ]);
    expect(await found(' order-1 ')).toEqual([`payment ${id}`]);
    expect(await found('refund-1')).toEqual([`payment ${id}`, `transaction ${refund?.id}`]);
    expect(await found('order-2')).toEqual([]);
  });

  it('finds payments by an amount as people write it and in minor units, and by what the merchant calls the order', async () => {
    const dollars = await pay({ metadata: { order: 'A 7', shop: 'north' } });
    const yen = await pay({ currency: 'JPY' }, 'order-2');
    const other = await pay({ amount: 2000, metadata: { order_id: 'A 7' } }, 'order-3');
    expect(await found('1999')).toEqual([`payment ${yen.id}`, `payment ${dollars.id}`]);
    expect(await found('19.99')).toEqual([`payment ${dollars.id}`]);
    expect(await found('1999 JPY')).toEqual([`payment ${yen.id}`]);
    expect(await found('A 7')).toEqual([`payment ${dollars.id}`, `payment ${other.id}`]);
    expect(await found('shop=north')).toEqual([`payment ${dollars.id}`]);
    expect(await found('shop=north ')).toEqual([`payment ${dollars.id}`]);
    expect(await found('north')).toEqual([]);
  });

  it('finds the payments of an amount among however many others, and says where there may be more', async () => {
    const openingsOf = (amount: bigint, count: number) =>
      Array.from({ length: count }, (_, n) =>
        anOpening({
          merchantId: aMerchantId('merchant-1'),
          createdAt: Date.now() - 1_000_000 + n,
          amount,
        }),
      );
    const [rare] = openingsOf(77_77n, 1);
    const common = openingsOf(5_00n, 310);
    for (const { change } of [...(rare === undefined ? [] : [rare]), ...common])
      (await opened.storage.commits.commit(change))._unsafeUnwrap();
    for (const text of ['77.77 USD', '77.77', '7777'])
      expect(await search(text)).toMatchObject({ results: [{ id: rare?.payment.id }] });
    expect(await search('77.77 USD')).not.toHaveProperty('amounts_since');
    expect((await search('77.77 EUR')).results).toEqual([]);
    const { results, amounts_since } = await search('5.00');
    expect(results.map(({ id }) => id)).toEqual(
      common
        .slice(-20)
        .map(({ payment }) => payment.id)
        .reverse(),
    );
    expect(amounts_since).toBe(new Date(common[290]?.payment.createdAt ?? 0).toISOString());
    // Among so many of the same digits in another currency it says how far it has looked.
    expect(await search('5.00 EUR')).toEqual({
      results: [],
      amounts_since: new Date(common[210]?.payment.createdAt ?? 0).toISOString(),
    });
  });

  it('has room for an amount beside orders of the same number, and says where amounts are cut', async () => {
    for (let n = 0; n < 12; n += 1) {
      await pay({ amount: 1_999 }, `amount-${n}`);
      await pay({ amount: 5, metadata: { order: '1999' } }, `order-${n}`);
      await pay({ amount: 5, metadata: { order_id: '1999' } }, `other-${n}`);
    }
    const { results, amounts_since } = await search('1999');
    expect(results.map(({ amount }) => amount)).toEqual([...Array(10).fill(5), ...Array(10).fill(1_999)]);
    expect(amounts_since).toBe(results.at(-1)?.created_at);
  });

  it('finds a customer and their payments by the email they have, on record as a read, and shows nothing of them', async () => {
    const ada = await make('/customers', { email: 'ada@example.com', name: 'Ada' });
    const { id } = await pay({ customer_id: ada.id });
    expect(await found('ada@Example.COM')).toEqual([`customer ${ada.id}`, `payment ${id}`]);
    expect(JSON.stringify(await search('ada@example.com'))).not.toMatch(/ada/i);
    expect(await found(ada.id)).toEqual([`customer ${ada.id}`]);
    const trail = JSON.stringify(await (await client.get('/audit?entity_type=customer_access')).json());
    expect(trail).toContain('customer.found');
    expect(trail).not.toContain('customer.read');
    expect(await found('not an @ email')).toEqual([]);
  });

  it('finds an erased customer by their id alone, says that they are, and puts no look on record', async () => {
    const { id } = await make('/customers', { email: 'ada@example.com', name: 'Ada' });
    const statuses = async (q: string) => (await search(q)).results.map(({ status }) => status);
    expect(await statuses(id)).toEqual(['active']);
    await client.call('DELETE', `/customers/${id}`);
    expect(await statuses(id)).toEqual(['erased']);
    expect(await found('ada@example.com')).toEqual([]);
    const looks = await client.get('/audit?entity_type=customer_access');
    expect(await looks.json()).toMatchObject({ items: [] });
  });

  it('finds what every other id names', async () => {
    const endpoint = await make('/webhook_endpoints', { url: 'http://127.0.0.1:9/hook' });
    const delivery = await make(`/webhook_endpoints/${endpoint.id}/test`, {});
    const schedule = await make('/export_schedules', {
      kind: 'payments',
      every: 'day',
      format: 'json',
      timezone: 'Europe/Berlin',
    });
    const order = await make('/exports', { kind: 'payments', format: 'json' });
    const { export_id } = order as unknown as Readonly<{ export_id: string }>;
    const event = anEvent({ merchantId: aMerchantId('merchant-1'), at: Date.now() });
    (await opened.storage.eventLog.addAll([event, anEvent({ at: event.created })]))._unsafeUnwrap();
    for (const [type, { id }] of Object.entries({
      webhook_endpoint: endpoint,
      webhook_delivery: delivery,
      export_schedule: schedule,
      export: { id: export_id },
      event,
    }))
      expect(await found(id)).toEqual([`${type} ${id}`]);
    for (const prefix of [
      'pay',
      'txn',
      'cus',
      'trf',
      'evt',
      'we',
      'whd',
      'exp',
      'sch',
      'rec',
      'set',
      'exc',
      'dsp',
      'zz',
    ])
      expect(await found(`${prefix}_${'0'.repeat(32)}`)).toEqual([]);
  });

  it('finds for each token only what it may read, and nothing of another merchant', async () => {
    const ada = await make('/customers', { email: 'ada@example.com', name: 'Ada' });
    const { id } = await pay({ customer_id: ada.id, metadata: { order: '7' } });
    const [transaction] = (await whole(id)).transactions;
    const texts = [id, ada.id, 'ada@example.com', 'order-1', 'order=7', '7', '1999', transaction?.id ?? ''];
    const stranger = await aClient(send, 'merchant-2');
    const nobody = await aClient(send, 'merchant-1', []);
    for (const text of texts)
      for (const as of [stranger, nobody]) expect(await search(text, as)).toEqual({ results: [] });
    const clerk = await aClient(send, 'merchant-1', ['payments']);
    expect(await found('ada@example.com', clerk)).toEqual([`payment ${id}`]);
    expect(await found(ada.id, clerk)).toEqual([]);
    const desk = await aClient(send, 'merchant-1', ['customers']);
    expect(await found('ada@example.com', desk)).toEqual([`customer ${ada.id}`]);
    expect(await found('order-1', desk)).toEqual([]);
    expect((await (await aClient(send, undefined, ['admin'])).get('/search?q=1')).status).toBe(401);
  });

  it.each([
    ['', 'q', 400],
    ['?q=', 'q', 400],
    ['?q=%20%20', 'q', 400],
    ['?q=a&q=b', 'q', 400],
    ['?q=a%00', 'q', 400],
    [`?q=${'x'.repeat(543)}`, 'q', 400],
    ['?q=a&limit=3', 'limit', 400],
    ['?query=a', 'query', 400],
    ['?q=4242424242424242', 'q', 422],
  ])('refuses %s, naming %s', async (query, path, status) => {
    const response = await client.get(`/search${query}`);
    expect(response.status).toBe(status);
    expect(problem.parse(await response.json()).errors?.map((each) => each.path)).toContain(path);
  });
});
