import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import {
  payment,
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
        .poll(async () => {
          (await opened.useCases.recoverPayments(10))._unsafeUnwrap();
          return (await pay(opened, order)).status;
        })
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

describe('POST /payments/{id}/confirm', () => {
  it('of a merchant that has confirmed too often for now is to be repeated later', async () => {
    const { app } = await anHttpApp({
      confirmPayment: () => errAsync({ kind: 'ConfirmationsLimited', retryAfterMs: 1_500 }),
    });
    const response = await app.request(
      `/payments/pay_${'0'.repeat(32)}/confirm`,
      await aRequest({ method: 'POST' }),
    );
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
    expect(problem.parse(await response.json()).code).toBe('confirmations_limited');
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
