import { describe, expect, it } from 'vitest';
import { balance, ledgerPage } from '../../../../src/entrypoints/http/ledger/ledger.ts';
import { transfer, transferPage } from '../../../../src/entrypoints/http/ledger/transfers.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

const as = async (merchant_id = 'merchant-1', permissions = ['transfers']) => ({
  authorization: `Bearer ${await aToken({ merchant_id, permissions })}`,
});

async function send(
  { app }: Opened,
  body: Readonly<Record<string, unknown>> | string = {},
  headers: Record<string, string> = {},
) {
  const order = { destination_merchant_id: 'merchant-2', amount: 250, currency: 'USD', ...Object(body) };
  const text = typeof body === 'string' ? body : JSON.stringify(order);
  return app.request('/transfers', await aRequest({ body: text, headers: { ...(await as()), ...headers } }));
}

const get = async ({ app }: Opened, path: string, merchant = 'merchant-1') =>
  app.request(path, { headers: await as(merchant) });

async function funded(amount = 1_000): Promise<Opened> {
  const opened = await anHttpApp();
  const body = JSON.stringify(aPaymentBody({ amount, idempotency_key: crypto.randomUUID() }));
  expect((await opened.app.request('/payments', await aRequest({ body }))).status).toBe(201);
  return opened;
}

const balanceOf = async (opened: Opened, merchant = 'merchant-1') =>
  balance.parse(await (await get(opened, '/balance', merchant)).json()).balances;
const entriesOf = async (opened: Opened, query = '', merchant = 'merchant-1') =>
  ledgerPage.parse(await (await get(opened, `/ledger/entries${query}`, merchant)).json());

describe('POST /transfers', () => {
  it('moves money that both sides see', async () => {
    const opened = await funded();
    const response = await send(opened, { description: 'rent' }, { 'idempotency-key': 't1' });
    expect(response.status).toBe(201);
    const done = transfer.parse(await response.json());
    expect(done).toMatchObject({
      merchant_id: 'merchant-1',
      destination_merchant_id: 'merchant-2',
      amount: 250,
      currency: 'USD',
      description: 'rent',
    });
    expect(response.headers.get('location')).toBe(`/transfers/${done.id}`);
    expect(await balanceOf(opened)).toEqual([
      { currency: 'USD', available: 750, pending: 0, paid_out: 0, differences: 0 },
    ]);
    expect(await balanceOf(opened, 'merchant-2')).toEqual([
      { currency: 'USD', available: 250, pending: 0, paid_out: 0, differences: 0 },
    ]);
    for (const merchant of ['merchant-1', 'merchant-2']) {
      const read = await get(opened, `/transfers/${done.id}`, merchant);
      expect([read.status, await read.json()]).toEqual([200, done]);
    }
    expect((await entriesOf(opened)).items).toMatchObject([
      { type: 'transfer_out', transfer_id: done.id, debit: 'available', credit: 'transfers', amount: 250 },
      { type: 'capture', amount: 1_000 },
    ]);
    expect((await entriesOf(opened, '', 'merchant-2')).items).toMatchObject([
      { type: 'transfer_in', transfer_id: done.id, debit: 'transfers', credit: 'available', amount: 250 },
    ]);
  });

  it('works as the document shows it', async () => {
    const opened = await funded();
    await addMerchants(opened.storage, [aMerchant('merchant-456')]);
    const document = (await (await opened.app.request('/openapi.json')).json()) as {
      components: { schemas: { NewTransfer: { example: unknown } } };
    };
    const { example } = document.components.schemas.NewTransfer;
    expect((await send(opened, JSON.stringify(example), { 'idempotency-key': 'k' })).status).toBe(201);
  });

  it('gives a repeat the same status and the same bytes, a refusal too', async () => {
    const opened = await funded();
    for (const destination_merchant_id of ['merchant-2', 'merchant-1']) {
      const order = { amount: 250, destination_merchant_id, idempotency_key: destination_merchant_id };
      const [first, again] = [await send(opened, order), await send(opened, order)];
      expect(again.status).toBe(first.status);
      expect(await again.text()).toBe(await first.text());
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect([first, again].map((each) => each.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    }
    expect(await balanceOf(opened)).toEqual([
      { currency: 'USD', available: 750, pending: 0, paid_out: 0, differences: 0 },
    ]);
    const metrics = await (await opened.app.request('/metrics')).text();
    expect(metrics).toContain('paywright_idempotency_total{outcome="replayed"} 2');
  });

  it.each([
    ['more than is available', { amount: 1_001 }, 'insufficient_funds'],
    ['a currency there is nothing of', { currency: 'EUR' }, 'insufficient_funds'],
    ['oneself', { destination_merchant_id: 'merchant-1' }, 'transfer_to_self'],
    ['nobody', { destination_merchant_id: 'nobody' }, 'destination_not_available'],
    ['the suspended', { destination_merchant_id: 'suspended' }, 'destination_not_available'],
    ['a card number', { description: '4242 4242 4242 4242' }, 'pan_not_accepted'],
    ['a security code', { cvc: '123' }, 'pan_not_accepted'],
  ])('refuses %s with 422', async (_, body, code) => {
    const opened = await funded();
    const response = await send(opened, { idempotency_key: 'k', ...body });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.parse(await response.json()).code).toBe(code);
    expect(await balanceOf(opened)).toEqual([
      { currency: 'USD', available: 1_000, pending: 0, paid_out: 0, differences: 0 },
    ]);
  });

  it.each([
    ['no amount', { amount: undefined }],
    ['an amount of 0', { amount: 0 }],
    ['a negative amount', { amount: -1 }],
    ['a fraction', { amount: 1.5 }],
    ['an amount as text', { amount: '100' }],
    ['an amount beyond 2^53', { amount: 2 ** 53 + 2 }],
    ['an unknown currency', { currency: 'XXX' }],
    ['a currency in lower case', { currency: 'usd' }],
    ['a bad merchant id', { destination_merchant_id: 'a b' }],
    ['an empty merchant id', { destination_merchant_id: '' }],
    ['no merchant id', { destination_merchant_id: undefined }],
    ['somebody else’s money', { merchant_id: 'merchant-2' }],
    ['an unknown field', { nonsense: 1 }],
    ['a long description', { description: 'x'.repeat(501) }],
  ])('refuses %s with 400', async (_, body) => {
    const response = await send(await anHttpApp(), { idempotency_key: 'k', ...body });
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).code).toBe('invalid_request');
  });

  it('takes its key as payments do', async () => {
    const opened = await funded();
    const code = async (response: Response) => problem.parse(await response.json()).code;
    expect(await code(await send(opened))).toBe('idempotency_key_required');
    const both = await send(opened, { idempotency_key: 'a' }, { 'idempotency-key': 'b' });
    expect(await code(both)).toBe('idempotency_key_mismatch');
    expect(await code(await send(opened, {}, { 'idempotency-key': 'x'.repeat(256) }))).toBe(
      'idempotency_key_invalid',
    );
    await send(opened, { idempotency_key: 'k' });
    const reused = await send(opened, { idempotency_key: 'k', amount: 251 });
    expect([reused.status, await code(reused)]).toEqual([422, 'idempotency_key_reused']);
  });

  it('keeps the same key on another route apart', async () => {
    const opened = await funded();
    const body = JSON.stringify(aPaymentBody({ idempotency_key: 'shared' }));
    expect((await opened.app.request('/payments', await aRequest({ body }))).status).toBe(201);
    expect((await send(opened, { idempotency_key: 'shared' })).status).toBe(201);
  });

  it('is refused to a suspended merchant and without the permission', async () => {
    const opened = await funded();
    const suspended = await send(opened, { idempotency_key: 'k' }, await as('suspended'));
    expect([suspended.status, problem.parse(await suspended.json()).code]).toEqual([
      403,
      'merchant_inactive',
    ]);
    const forbidden = await send(opened, { idempotency_key: 'k' }, await as('merchant-1', ['payments']));
    expect([forbidden.status, problem.parse(await forbidden.json()).code]).toEqual([
      403,
      'permission_missing',
    ]);
    expect((await send(opened, { idempotency_key: 'k' }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(opened, '{')).status).toBe(400);
  });

  it('never overdraws, however many leave at once', async () => {
    const opened = await funded(100);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, each) => send(opened, { amount: 60, idempotency_key: `k${each}` })),
    );
    expect(outcomes.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 422)).toHaveLength(49);
    expect(await balanceOf(opened)).toEqual([
      { currency: 'USD', available: 40, pending: 0, paid_out: 0, differences: 0 },
    ]);
  });
});

describe('GET /transfers/{id}', () => {
  it.each([
    'trf_01990000000070008000000000000001',
    'pay_01990000000070008000000000000001',
    'nonsense',
    '%00',
  ])('finds no %s', async (id) => {
    const response = await get(await anHttpApp(), `/transfers/${id}`);
    expect([response.status, problem.parse(await response.json()).code]).toEqual([404, 'transfer_not_found']);
  });

  it('finds nothing for a third party', async () => {
    const opened = await funded();
    const done = transfer.parse(await (await send(opened, { idempotency_key: 'k' })).json());
    expect((await get(opened, `/transfers/${done.id}`, 'limited')).status).toBe(404);
    expect((await get(opened, `/transfers/${done.id}?x=1`)).status).toBe(400);
  });
});

describe('GET /balance', () => {
  it('is empty before anything moved, and shows what refunds under way hold as pending', async () => {
    expect(await balanceOf(await anHttpApp())).toEqual([]);
    const opened = await funded();
    expect(await balanceOf(opened)).toEqual([
      { currency: 'USD', available: 1_000, pending: 0, paid_out: 0, differences: 0 },
    ]);
    expect((await get(opened, '/balance?currency=USD')).status).toBe(400);
    const forbidden = await opened.app.request('/balance', { headers: await as('merchant-1', ['payments']) });
    expect(forbidden.status).toBe(403);
  });
});

describe('GET /ledger/entries', () => {
  it('walks newest first through every entry once, of one currency if asked', async () => {
    const opened = await funded();
    for (let each = 0; each < 5; each += 1)
      await send(opened, { amount: 1 + each, idempotency_key: `k${each}` });
    const body = JSON.stringify(aPaymentBody({ currency: 'EUR', idempotency_key: 'eur' }));
    await opened.app.request('/payments', await aRequest({ body }));
    const amounts: number[] = [];
    for (let cursor = ''; ; ) {
      const page = await entriesOf(opened, `?currency=USD&limit=2${cursor}`);
      amounts.push(...page.items.map(({ amount }) => amount));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    }
    expect(amounts).toEqual([5, 4, 3, 2, 1, 1_000]);
    expect((await entriesOf(opened)).items).toHaveLength(7);
  });

  it('refuses a cursor of another filter, tenant or list, and what it does not know', async () => {
    const opened = await funded();
    for (let each = 0; each < 3; each += 1) await send(opened, { amount: 1, idempotency_key: `k${each}` });
    const { next_cursor } = await entriesOf(opened, '?limit=1');
    const cursor = encodeURIComponent(next_cursor ?? '');
    const code = async (response: Response) => problem.parse(await response.json()).code;
    for (const response of [
      await get(opened, `/ledger/entries?cursor=${cursor}&currency=USD`),
      await get(opened, `/ledger/entries?cursor=${cursor}`, 'merchant-2'),
      await opened.app.request(`/payments?cursor=${cursor}`, await aRequest()),
    ])
      expect([response.status, await code(response)]).toEqual([400, 'cursor_invalid']);
    for (const query of ['limit=0', 'limit=101', 'currency=usd', 'type=gift', 'limit=1&limit=2'])
      expect(await code(await get(opened, `/ledger/entries?${query}`))).toBe('invalid_request');
  });
});

describe('GET /transfers', () => {
  const idsIn = async (opened: Opened, query = '', merchant = 'merchant-1') => {
    const response = await get(opened, `/transfers${query}`, merchant);
    expect(response.status).toBe(200);
    const { items, next_cursor } = transferPage.parse(await response.json());
    return { ids: items.map(({ id }) => id), cursor: next_cursor };
  };

  it('lists what was sent and what came, newest first and page by page, to both merchants and no other', async () => {
    const opened = await funded();
    const made: string[] = [];
    for (const key of ['t1', 't2', 't3'])
      made.unshift(transfer.parse(await (await send(opened, {}, { 'idempotency-key': key })).json()).id);
    expect((await idsIn(opened)).ids.toSorted()).toEqual(made.toSorted());
    const { ids: all } = await idsIn(opened);
    const first = await idsIn(opened, '?limit=2');
    const rest = `?limit=2&cursor=${encodeURIComponent(first.cursor ?? '')}`;
    expect([...first.ids, ...(await idsIn(opened, rest)).ids]).toEqual(all);
    expect((await idsIn(opened, '', 'merchant-2')).ids).toEqual(all);
    expect((await idsIn(opened, '', 'limited')).ids).toEqual([]);
    expect((await get(opened, `/transfers${rest}`, 'merchant-2')).status).toBe(400);
    const unpermitted = await opened.app.request('/transfers', {
      headers: await as('merchant-1', ['payments']),
    });
    expect(unpermitted.status).toBe(403);
  });

  it('lists those of a time, both ends of it among them', async () => {
    const opened = await funded();
    const done = transfer.parse(await (await send(opened, {}, { 'idempotency-key': 't1' })).json());
    const at = Date.parse(done.created_at);
    const within = async (from: number, to: number) =>
      (
        await idsIn(
          opened,
          `?start_date=${new Date(from).toISOString()}&end_date=${new Date(to).toISOString()}`,
        )
      ).ids;
    expect(await within(at, at)).toEqual([done.id]);
    expect(await within(at + 1, at + 2)).toEqual([]);
    expect(await within(at - 2, at - 1)).toEqual([]);
  });
});
