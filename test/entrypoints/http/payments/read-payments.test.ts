import { describe, expect, it } from 'vitest';
import { paymentPage } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

async function pay({ app }: Opened, body: unknown, headers: Record<string, string> = {}) {
  return app.request('/payments', await aRequest({ body: JSON.stringify(body), headers }));
}

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
