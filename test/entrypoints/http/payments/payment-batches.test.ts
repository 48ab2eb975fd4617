import { describe, expect, it } from 'vitest';
import { batchResults } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

async function pay({ app }: Opened, body: unknown, headers: Record<string, string> = {}) {
  return app.request('/payments', await aRequest({ body: JSON.stringify(body), headers }));
}

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
