import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../../src/domain/kernel/claim.ts';
import { keyUses } from '../../../../src/entrypoints/http/payments/idempotency-keys.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

const as = async (merchant_id = 'merchant-1', permissions = ['payments']) => ({
  authorization: `Bearer ${await aToken({ merchant_id, permissions })}`,
});

const read = async ({ app }: Opened, key: string, merchant = 'merchant-1') =>
  app.request(`/idempotency_keys/${encodeURIComponent(key)}`, { headers: await as(merchant) });

const usesOf = async (opened: Opened, key: string) => {
  const response = await read(opened, key);
  expect(response.status).toBe(200);
  return keyUses.parse(await response.json()).uses;
};

async function pay({ app }: Opened, idempotency_key: string, payment_method = 'card') {
  const body = JSON.stringify(aPaymentBody({ idempotency_key, payment_method }));
  return app.request('/payments', await aRequest({ body }));
}

describe('GET /idempotency_keys/{key}', () => {
  it('names the payment that was made under the key, and until when its response is kept', async () => {
    const opened = await anHttpApp();
    const paid = (await (await pay(opened, 'order-1')).json()) as { id: string };
    const [use, ...others] = await usesOf(opened, 'order-1');
    expect(others).toEqual([]);
    expect(use).toMatchObject({ operation: 'process', state: 'completed', payment_id: paid.id });
    const kept = Date.parse(use?.expires_at ?? '') - Date.parse(use?.created_at ?? '');
    expect(kept).toBeGreaterThanOrEqual(86_400_000);
  });

  it('says that the outcome is awaited while the processor is silent', async () => {
    const opened = await anHttpApp();
    expect((await pay(opened, 'silent', 'test_timeout_approved')).status).toBe(202);
    expect(await usesOf(opened, 'silent')).toMatchObject([
      { operation: 'process', state: 'awaiting_outcome', payment_id: expect.stringMatching(/^pay_/) },
    ]);
  });

  it('says that a key may be tried again where nothing was done, and until when', async () => {
    const opened = await anHttpApp();
    expect((await pay(opened, 'away', 'test_unavailable')).status).toBe(503);
    expect(await usesOf(opened, 'away')).toMatchObject([
      { operation: 'process', state: 'retryable', expires_at: expect.any(String) },
    ]);
  });

  it('lists each operation that one key was used on', async () => {
    const opened = await anHttpApp();
    const paid = (await (await pay(opened, 'same')).json()) as { id: string };
    const refund = await opened.app.request(
      `/payments/${paid.id}/refunds`,
      await aRequest({
        body: '{"amount":1}',
        headers: { ...(await as('merchant-1', ['refunds'])), 'idempotency-key': 'same' },
      }),
    );
    const refunded = (await refund.json()) as { id: string };
    expect(
      (await usesOf(opened, 'same')).toSorted((a, b) => (a.operation < b.operation ? -1 : 1)),
    ).toMatchObject([
      { operation: 'process', payment_id: paid.id },
      { operation: 'refund', payment_id: paid.id, transaction_id: refunded.id },
    ]);
  });

  it('finds keys of every visible character', async () => {
    const opened = await anHttpApp();
    for (const key of ['a/b', '%2F', '...', '?x=1#y', '"quoted"', '+', '~'.repeat(255)]) {
      expect((await pay(opened, key)).status, key).toBe(201);
      expect((await read(opened, key)).status, key).toBe(200);
      expect(await usesOf(opened, key), key).toHaveLength(1);
    }
  });

  it('finds no key that was never used, that is none, or that another merchant used', async () => {
    const opened = await anHttpApp();
    await pay(opened, 'mine');
    for (const [key, merchant] of [
      ['never', 'merchant-1'],
      ['Mine', 'merchant-1'],
      ['mine', 'merchant-2'],
      ['ümlaut', 'merchant-1'],
      ['x'.repeat(256), 'merchant-1'],
    ] as const) {
      const response = await read(opened, key, merchant);
      expect(response.status, key).toBe(404);
      expect(problem.parse(await response.json()).code).toBe('idempotency_key_not_found');
    }
  });

  it('is for those who may see payments', async () => {
    const { app } = await anHttpApp();
    const headers = await as('merchant-1', ['customers']);
    expect((await app.request('/idempotency_keys/any', { headers })).status).toBe(403);
  });

  it('changes nothing: the repeat of the request is given its first response', async () => {
    const opened = await anHttpApp();
    const first = await (await pay(opened, 'kept')).text();
    await usesOf(opened, 'kept');
    const again = await pay(opened, 'kept');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.text()).toBe(first);
  });

  it('knows every operation by a name of its own', () => {
    expect(new Set(OPERATIONS).size).toBe(OPERATIONS.length);
  });
});
