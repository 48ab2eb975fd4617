import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import {
  batchResults,
  payment,
  paymentPage,
  paymentWithTransactions,
} from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

async function pay({ app }: Opened, body: unknown, headers: Record<string, string> = {}) {
  return app.request('/payments', await aRequest({ body: JSON.stringify(body), headers }));
}

describe('POST /payments', () => {
  it('takes a payment and says where it is', async () => {
    const opened = await anHttpApp();
    const response = await pay(opened, aPaymentBody({ metadata: { order: '7' } }), {
      'idempotency-key': 'k1',
    });
    expect(response.status).toBe(201);
    const body = payment.parse(await response.json());
    expect(body).toMatchObject({ merchant_id: 'merchant-1', status: 'succeeded', captured_amount: 1250 });
    expect(response.headers.get('location')).toBe(`/payments/${body.id}`);
    expect(response.headers.get('idempotency-replayed')).toBeNull();
    const read = await opened.app.request(`/payments/${body.id}`, await aRequest());
    expect(read.status).toBe(200);
    expect(paymentWithTransactions.parse(await read.json()).transactions).toHaveLength(1);
  });

  it('holds the money when the capture is manual', async () => {
    const response = await pay(
      await anHttpApp(),
      aPaymentBody({ capture_method: 'manual', idempotency_key: 'k' }),
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      status: 'authorized',
      authorized_amount: 1250,
      captured_amount: 0,
    });
  });

  it('gives a repeat the same status and the same bytes', async () => {
    const opened = await anHttpApp();
    const methods = ['card', 'test_declined', 'test_timeout_approved'];
    for (const payment_method of methods) {
      const order = aPaymentBody({ payment_method, idempotency_key: payment_method });
      const first = await pay(opened, order);
      const again = await pay(opened, order);
      expect(again.status).toBe(first.status);
      expect(await again.text()).toBe(await first.text());
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('replays the final answer in place of a 202 once there is one', async () => {
    const opened = await anHttpApp();
    for (const [payment_method, status] of [
      ['test_timeout_approved', 201],
      ['test_timeout_declined', 402],
    ] as const) {
      const order = aPaymentBody({ payment_method, idempotency_key: payment_method });
      expect((await pay(opened, order)).status).toBe(202);
      await expect
        .poll(
          async () => {
            (await opened.useCases.recoverPayments(10))._unsafeUnwrap();
            return (await pay(opened, order)).status;
          },
          { timeout: 20_000 },
        )
        .toBe(status);
      const [once, again] = [await pay(opened, order), await pay(opened, order)];
      expect(await again.text()).toBe(await once.text());
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('leaves the key free where a rule refuses, and gives items of a batch the time to wait in the body', async () => {
    const opened = await anHttpApp();
    const unknown = { customer_id: `cus_${'0'.repeat(32)}`, idempotency_key: 'free' };
    expect((await pay(opened, aPaymentBody(unknown))).status).toBe(422);
    expect((await pay(opened, aPaymentBody({ idempotency_key: 'free' }))).status).toBe(201);
    const batch = await opened.app.request(
      '/payments/batch',
      await aRequest({
        body: JSON.stringify({
          payments: [aPaymentBody({ payment_method: 'test_unavailable', idempotency_key: 'busy' })],
        }),
      }),
    );
    expect(await batch.json()).toMatchObject({ results: [{ status: 503, problem: { retry_after: 5 } }] });
  });

  it.each([
    ['card_declined', 402, 'test_declined'],
    ['insufficient_funds', 402, 'test_insufficient_funds'],
    ['processor_unavailable', 503, 'test_unavailable'],
    ['payment_method_not_accepted', 422, 'nonsense'],
  ])('answers %s with %i', async (code, status, payment_method) => {
    const response = await pay(await anHttpApp(), aPaymentBody({ payment_method, idempotency_key: 'k' }));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const told = problem.parse(await response.json());
    expect(told).toMatchObject({ code, status });
    expect(told.payment_id !== undefined).toBe(status === 402);
    expect(response.headers.has('retry-after')).toBe(status === 503);
  });

  it('answers 202 while only the processor knows', async () => {
    const order = aPaymentBody({ payment_method: 'test_timeout_approved', idempotency_key: 'k' });
    const response = await pay(await anHttpApp(), order);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ status: 'processing' });
    expect(response.headers.get('location')).toMatch(/^\/payments\/pay_/);
  });

  it.each([
    ['suspended', 403, 'merchant_inactive', {}],
    ['unheard-of', 403, 'merchant_inactive', {}],
    ['limited', 422, 'amount_over_limit', {}],
    ['merchant-1', 422, 'customer_not_found', { customer_id: `cus_${'0'.repeat(32)}` }],
  ])('refuses for %s with %i %s', async (merchant_id, status, code, rest) => {
    const authorization = `Bearer ${await aToken({ merchant_id })}`;
    const order = aPaymentBody({ idempotency_key: 'k', ...rest });
    const response = await pay(await anHttpApp(), order, { authorization });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('refuses the same key with another payload, and lets another merchant use it', async () => {
    const opened = await anHttpApp();
    await pay(opened, aPaymentBody({ idempotency_key: 'k' }));
    const reused = await pay(opened, aPaymentBody({ idempotency_key: 'k', amount: 1 }));
    expect(reused.status).toBe(422);
    expect(await reused.json()).toMatchObject({ code: 'idempotency_key_reused' });
    const authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2' })}`;
    const other = await pay(opened, aPaymentBody({ idempotency_key: 'k', amount: 1 }), { authorization });
    expect(other.status).toBe(201);
    expect(other.headers.has('idempotency-replayed')).toBe(false);
  });

  it('answers a rival of a running request with when to come back', async () => {
    const opened = await anHttpApp({
      processPayment: () => errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: 1_500 }),
    });
    const response = await pay(opened, aPaymentBody({ idempotency_key: 'k' }));
    expect(response.status).toBe(409);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toMatchObject({ code: 'idempotency_in_flight' });
  });

  it('writes into the audit trail who asked, and believes no header about where from', async () => {
    const opened = await anHttpApp();
    const headers = {
      'user-agent': `curl\t${'x'.repeat(400)}`,
      'x-forwarded-for': '203.0.113.9',
      'x-request-id': 'req-1',
    };
    const request = await aRequest({ body: JSON.stringify(aPaymentBody({ idempotency_key: 'k' })), headers });
    const response = await opened.app.request('/payments', request, {
      incoming: { socket: { remoteAddress: '192.0.2.1' } },
    });
    const { id, merchant_id } = (await response.json()) as { id: never; merchant_id: never };
    const [entry] = (await opened.storage.auditTrail.ofPayment(merchant_id, id))._unsafeUnwrap();
    expect(entry).toMatchObject({
      actor: { id: 'user-1', type: 'user' },
      ipAddress: '192.0.2.1',
      userAgent: `curl${'x'.repeat(252)}`,
      metadata: { request_id: 'req-1' },
    });
  });
});

describe('POST /payments/batch', () => {
  it('answers each item as if it had come alone, and lets none spoil another', async () => {
    const opened = await anHttpApp();
    const alone = await (await pay(opened, aPaymentBody({ idempotency_key: 'a' }))).text();
    const text = `{"payments":[
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'a' }))},
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'b', payment_method: 'test_declined' }))},
      {"amount":-0,"currency":"USD","payment_method":"card","idempotency_key":"c"},
      {"amount":1,"amount":2,"currency":"USD","payment_method":"card","idempotency_key":"d"},
      ${JSON.stringify(aPaymentBody())},
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'e', description: '4242 4242 4242 4242' }))},
      7,
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'a', amount: 2 }))},
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'f', payment_method: 'test_timeout_approved' }))},
      {"amount":1,"currency":"USD","payment_method":"card","idempotency_key":"g","metadata":{"__proto__":"x"}},
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'h', payment_method: 'test_unavailable' }))},
      ${JSON.stringify(aPaymentBody({ idempotency_key: 'i' }))}
    ]}`;
    const response = await opened.app.request('/payments/batch', await aRequest({ body: text }));
    expect(response.status).toBe(200);
    const body = await response.text();
    expect(body).toContain(`"payment":${alone}`);
    const { results, succeeded, failed } = batchResults.parse(JSON.parse(body));
    expect(results.map(({ index }) => index)).toEqual([...results.keys()]);
    expect(results.map(({ status }) => status)).toEqual([
      201, 402, 400, 400, 400, 422, 400, 422, 202, 400, 503, 201,
    ]);
    expect(results[3]?.problem?.errors).toEqual([{ path: 'amount', message: 'is given twice' }]);
    expect(results[4]?.problem?.code).toBe('idempotency_key_required');
    expect({ succeeded, failed }).toEqual({ succeeded: 3, failed: 9 });
    for (const { payment: taken, problem: told } of results)
      expect((taken === undefined) !== (told === undefined)).toBe(true);
  });

  it('judges an amount that is not written as a whole number alone', async () => {
    const { app } = await anHttpApp();
    const item = (amount: string) =>
      JSON.stringify(aPaymentBody({ idempotency_key: amount })).replace('1250', amount);
    const body = `{"payments":[${['1250', '10.0', '1e3'].map(item).join()}]}`;
    const response = await app.request('/payments/batch', await aRequest({ body }));
    const { results } = batchResults.parse(await response.json());
    expect(results.map(({ status }) => status)).toEqual([201, 400, 400]);
    expect(results[1]?.problem?.errors?.map(({ path }) => path)).toEqual(['amount']);
  });

  it('refuses the whole where a hundred items cannot be used as they are written', async () => {
    const { app, storage } = await anHttpApp();
    const good = JSON.stringify(aPaymentBody({ idempotency_key: 'k' }));
    const bad = (count: number) => `{"payments":[${'{"amount":-0},'.repeat(count)}${good}]}`;
    const sent = async (count: number) =>
      app.request('/payments/batch', await aRequest({ body: bad(count) }));
    expect((await sent(100)).status).toBe(400);
    expect(await storage.outbox.unsent(1)).toMatchObject({ value: [] });
    expect(await (await sent(99)).json()).toMatchObject({ succeeded: 1, failed: 99 });
  });

  it('takes a thousand items', async () => {
    const { app } = await anHttpApp();
    const payments = Array.from({ length: 1_000 }, (_, n) =>
      aPaymentBody({
        idempotency_key: `k${n}`,
        capture_method: 'automatic',
        description: `item ${n}`,
        metadata: { n: `${n}` },
      }),
    );
    const response = await app.request(
      '/payments/batch',
      await aRequest({ body: JSON.stringify({ payments }) }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ succeeded: 1_000, failed: 0 });
  });

  it.each([
    ['no items', '{"payments":[]}'],
    ['1001 items', JSON.stringify({ payments: Array.from({ length: 1_001 }, () => 1) })],
    ['no list', '{"payments":{}}'],
    ['nothing', '{}'],
    ['a list itself', '[]'],
    ['an unknown field', '{"payments":[1],"x":1}'],
    ['a field given twice', '{"payments":[1],"payments":[1]}'],
  ])('refuses %s with 400', async (_, body) => {
    const { app } = await anHttpApp();
    const response = await app.request('/payments/batch', await aRequest({ body }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });
});

describe('GET /payments', () => {
  it('walks every payment once, newest first, while new ones arrive', async () => {
    const opened = await anHttpApp();
    const { app } = opened;
    const payments = Array.from({ length: 45 }, (_, n) => aPaymentBody({ idempotency_key: `k${n}` }));
    await app.request('/payments/batch', await aRequest({ body: JSON.stringify({ payments }) }));
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query: string = cursor === null ? '?limit=10' : `?limit=10&cursor=${encodeURIComponent(cursor)}`;
      const response = await app.request(`/payments${query}`, await aRequest());
      const page = paymentPage.parse(await response.json());
      expect(page.has_more).toBe(page.next_cursor !== null);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      pages++;
      await pay(opened, aPaymentBody({ idempotency_key: `late${pages}` }));
    } while (cursor !== null);
    expect(pages).toBe(5);
    expect(new Set(seen).size).toBe(45);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it('gives 20 unless a limit is given, and null at the end', async () => {
    const { app } = await anHttpApp();
    const payments = Array.from({ length: 21 }, (_, n) => aPaymentBody({ idempotency_key: `k${n}` }));
    await app.request('/payments/batch', await aRequest({ body: JSON.stringify({ payments }) }));
    const first = await app.request('/payments', await aRequest());
    expect(paymentPage.parse(await first.json()).items).toHaveLength(20);
    const all = await app.request('/payments?limit=100', await aRequest());
    expect(await all.json()).toMatchObject({ next_cursor: null, has_more: false });
  });

  it('filters by every parameter', async () => {
    const opened = await anHttpApp();
    await pay(opened, aPaymentBody({ idempotency_key: 'a', amount: 100, currency: 'JPY' }));
    await pay(opened, aPaymentBody({ idempotency_key: 'b', amount: 200, payment_method: 'test_declined' }));
    const today = new Date().toISOString().slice(0, 10);
    const amounts = async (query: string) => {
      const response = await opened.app.request(`/payments?${query}`, await aRequest());
      return paymentPage.parse(await response.json()).items.map(({ amount }) => amount);
    };
    expect(await amounts('status=failed')).toEqual([200]);
    expect(await amounts('currency=JPY')).toEqual([100]);
    expect(await amounts('min_amount=150&currency=USD')).toEqual([200]);
    expect(await amounts('max_amount=150&min_amount=0&currency=JPY')).toEqual([100]);
    expect(await amounts('max_amount=150&currency=USD')).toEqual([]);
    expect(await amounts(`start_date=${today}&end_date=${today}`)).toEqual([200, 100]);
    expect(await amounts('end_date=2020-02-29')).toEqual([]);
    expect(await amounts('start_date=2020-02-29T23:59:59.999%2B02:00')).toEqual([200, 100]);
    expect(await amounts(`customer_id=cus_${'0'.repeat(32)}`)).toEqual([]);
  });

  it('refuses a cursor that is forged, of another filter or of another tenant', async () => {
    const opened = await anHttpApp();
    await pay(opened, aPaymentBody({ idempotency_key: 'a' }));
    await pay(opened, aPaymentBody({ idempotency_key: 'b' }));
    const first = await opened.app.request('/payments?limit=1', await aRequest());
    const { next_cursor: cursor = '' } = (await first.json()) as { next_cursor?: string };
    const authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2' })}`;
    const cases = [
      [`cursor=${cursor}x`, {}],
      ['cursor=abc.def', {}],
      [`cursor=${cursor}&currency=USD`, {}],
      [`cursor=${cursor}`, { authorization }],
    ] as const;
    for (const [query, headers] of cases) {
      const response = await opened.app.request(`/payments?${query}`, await aRequest({ headers }));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'cursor_invalid' });
    }
    const good = await opened.app.request(`/payments?cursor=${cursor}&limit=5`, await aRequest());
    expect(good.status).toBe(200);
  });

  it.each([
    'limit=0',
    'limit=-1',
    'limit=1e9',
    'limit=abc',
    'limit=101',
    'limit=',
    'limit=5&limit=5',
    'limit=1.0',
    'limit=%2B5',
    'status=paid',
    'status=failed&status=failed',
    'currency=usd',
    'currency=XXX',
    'customer_id=1',
    'nonsense=1',
    'include=everything',
    'start_date=2026-02-30',
    'start_date=2026-13-01',
    'start_date=2025-02-29',
    'start_date=yesterday',
    'end_date=2026-01-01T25:00:00Z',
    'end_date=2026-01-01T00:00Z',
    'end_date=2026-02-30T00:00:00Z',
    'start_date=20260101',
    'start_date=2026-01-01T00:00:00',
    'start_date=2026-03-02&end_date=2026-03-01',
    'min_amount=-1',
    'min_amount=1.5',
    'min_amount=9007199254740993',
    'max_amount=1e3',
    'min_amount=2&max_amount=1&currency=USD',
    'min_amount=1',
    'max_amount=0',
    'min_amount=1&max_amount=2&status=failed',
    'cursor=',
    `cursor=${'x'.repeat(513)}`,
    '__proto__=1',
    'constructor=1',
    'limit=%E0%A4%A',
  ])('refuses ?%s with 400', async (query) => {
    const { app } = await anHttpApp();
    const response = await app.request(`/payments?${query}`, await aRequest());
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).code).toBe('invalid_request');
  });
});

describe('GET /payments/{id}', () => {
  it.each(['pay_1', `pay_${'0'.repeat(32)}`, `cus_${'0'.repeat(32)}`, '%00', '%E0%A4%A', 'x'.repeat(2_000)])(
    'answers 404 for %s',
    async (id) => {
      const { app } = await anHttpApp();
      const response = await app.request(`/payments/${id}`, await aRequest());
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'payment_not_found' });
    },
  );

  it("answers 404 for another tenant's payment, as if it did not exist", async () => {
    const opened = await anHttpApp();
    const { id } = (await (await pay(opened, aPaymentBody({ idempotency_key: 'k' }))).json()) as {
      id: string;
    };
    const authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2' })}`;
    const foreign = await opened.app.request(
      `/payments/${id}`,
      await aRequest({ headers: { authorization } }),
    );
    const absent = await opened.app.request(
      `/payments/pay_${'0'.repeat(32)}`,
      await aRequest({ headers: { authorization } }),
    );
    expect(foreign.status).toBe(404);
    const untold = { request_id: '' };
    expect({ ...((await foreign.json()) as object), ...untold }).toEqual({
      ...((await absent.json()) as object),
      ...untold,
    });
  });
});

describe('a storage in trouble', () => {
  const cause = Object.assign(new Error('SELECT secret FROM somewhere'), { code: '57P01' });
  const down = () => errAsync({ kind: 'StorageUnavailable' as const, cause });

  it('is answered with 503 and a time to come back, and none of its words', async () => {
    const { app, lines } = await anHttpApp({
      processPayment: down,
      listPayments: down,
      getPayment: down,
      health: { name: 'postgres', check: down },
    });
    const body = JSON.stringify(aPaymentBody({ idempotency_key: 'k' }));
    const calls = [
      app.request('/payments', await aRequest({ body })),
      app.request('/payments', await aRequest()),
      app.request(`/payments/pay_${'0'.repeat(32)}`, await aRequest()),
      app.request('/readyz'),
    ];
    for (const call of calls) {
      const response = await call;
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ code: 'storage_unavailable' });
      expect(text).not.toContain('SELECT');
    }
    expect(lines.join()).not.toContain('SELECT');
    expect(lines.join()).toContain('"cause":{"name":"Error","code":"57P01"}');
  });

  it('that is not migrated is not ready', async () => {
    const { app } = await anHttpApp({
      health: {
        name: 'postgres',
        check: () => errAsync({ kind: 'SchemaOutdated', found: '0', needed: '1' }),
      },
    });
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'schema_outdated' });
  });

  it('that other migration files were applied to is not ready', async () => {
    const { app } = await anHttpApp({
      health: {
        name: 'postgres',
        check: () => errAsync({ kind: 'SchemaDiverged', migration: '001-payments' }),
      },
    });
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'schema_diverged' });
  });
});
