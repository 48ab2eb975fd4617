import { describe, expect, it } from 'vitest';
import { paymentPage } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { paymentSummary } from '../../../../src/entrypoints/http/payments/payment-summary.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { aMerchantId, anOpening } from '../../../fixtures/changes.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

async function pay({ app }: Opened, body: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const order = aPaymentBody({ idempotency_key: crypto.randomUUID(), ...body });
  await app.request('/payments', await aRequest({ body: JSON.stringify(order) }));
}

const get = async ({ app }: Opened, path: string) => app.request(path, await aRequest());
const summary = async (opened: Opened, query = '') =>
  paymentSummary.parse(await (await get(opened, `/payments/summary${query}`)).json());
const total = async (opened: Opened, query: string) =>
  paymentPage.parse(await (await get(opened, `/payments?include=total&${query}`)).json()).total;

const TODAY = new Date().toISOString().slice(0, 10);

describe('GET /payments/summary', () => {
  it('of a merchant without payments is all zeros', async () => {
    expect(await summary(await anHttpApp())).toEqual({
      total_count: 0,
      by_status: {
        pending: 0,
        processing: 0,
        requires_action: 0,
        authorized: 0,
        succeeded: 0,
        failed: 0,
        canceled: 0,
      },
      by_currency: {},
      success_rate: 0,
    });
  });

  it('counts payments by status, each currency for itself', async () => {
    const opened = await anHttpApp();
    await pay(opened, { amount: 1_000 });
    await pay(opened, { amount: 501 });
    await pay(opened, { amount: 300, payment_method: 'test_declined' });
    await pay(opened, { amount: 77, currency: 'JPY', capture_method: 'manual' });
    expect(await summary(opened)).toEqual({
      total_count: 4,
      by_status: {
        pending: 0,
        processing: 0,
        requires_action: 0,
        authorized: 1,
        succeeded: 2,
        failed: 1,
        canceled: 0,
      },
      by_currency: {
        USD: {
          count: 3,
          total_amount: 1_801,
          succeeded_amount: 1_501,
          refunded_amount: 0,
          average_amount: 600,
        },
        JPY: { count: 1, total_amount: 77, succeeded_amount: 0, refunded_amount: 0, average_amount: 77 },
      },
      success_rate: 2 / 3,
    });
  });

  it('counts what was refunded', async () => {
    const opened = await anHttpApp();
    const order = aPaymentBody({ idempotency_key: 'k' });
    const paid = await opened.app.request('/payments', await aRequest({ body: JSON.stringify(order) }));
    const { id } = (await paid.json()) as { id: string };
    const authorization = `Bearer ${await aToken({ permissions: ['refunds'] })}`;
    const body = JSON.stringify({ amount: 250 });
    const refund = await aRequest({ body, headers: { authorization, 'idempotency-key': 'r' } });
    expect((await opened.app.request(`/payments/${id}/refunds`, refund)).status).toBe(201);
    expect((await summary(opened)).by_currency['USD']).toMatchObject({
      succeeded_amount: 1_250,
      refunded_amount: 250,
    });
  });

  it('is of the period it is asked for, to the millisecond', async () => {
    const opened = await anHttpApp();
    const at = Date.parse('2026-03-01T23:59:59.999Z');
    for (const createdAt of [at, at + 1])
      (
        await opened.storage.commits.commit(
          anOpening({ merchantId: aMerchantId('merchant-1'), createdAt }).change,
        )
      )._unsafeUnwrap();
    const count = async (query: string) => (await summary(opened, query)).total_count;
    expect(await count('?start_date=2026-03-01&end_date=2026-03-01')).toBe(1);
    expect(await count('?start_date=2026-03-01&end_date=2026-03-02')).toBe(2);
    expect(await count('?start_date=2026-03-02')).toBe(1);
    expect(await count('?end_date=2026-03-01T23:59:59.998Z')).toBe(0);
    expect(await count('?start_date=2026-03-01T23:59:59.999Z&end_date=2026-03-02T00:00:00Z')).toBe(2);
    expect(await count('?start_date=0000-01-01T00:00:00Z&end_date=9999-12-31T23:59:59Z')).toBe(2);
    expect(await count('?start_date=9999-12-31T23:59:59Z')).toBe(0);
    expect(await count('?end_date=1969-12-31')).toBe(0);
  });

  it('shows nothing of another tenant', async () => {
    const opened = await anHttpApp();
    await pay(opened);
    const authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2' })}`;
    const response = await opened.app.request('/payments/summary', { headers: { authorization } });
    expect(paymentSummary.parse(await response.json()).total_count).toBe(0);
  });

  it.each([
    'start_date=2026-03-02&end_date=2026-03-01',
    'start_date=2026-02-30',
    'status=failed',
    'limit=5',
    'start_date=2026-03-01&start_date=2026-03-01',
  ])('refuses %s', async (query) => {
    const response = await get(await anHttpApp(), `/payments/summary?${query}`);
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).code).toBe('invalid_request');
  });

  it('needs the permission for payments', async () => {
    const authorization = `Bearer ${await aToken({ permissions: ['exports'] })}`;
    const { app } = await anHttpApp();
    expect((await app.request('/payments/summary', { headers: { authorization } })).status).toBe(403);
  });
});

describe('GET /payments with include=total', () => {
  it('counts every payment that matches, whatever the page', async () => {
    const opened = await anHttpApp();
    for (let each = 0; each < 5; each += 1) await pay(opened, { amount: 100 * (each + 1) });
    await pay(opened, { currency: 'EUR', payment_method: 'test_declined' });
    expect(await total(opened, 'limit=2')).toBe(6);
    expect(await total(opened, 'status=succeeded')).toBe(5);
    expect(await total(opened, 'currency=EUR&status=succeeded')).toBe(0);
    expect(await total(opened, 'min_amount=300&currency=USD')).toBe(3);
    expect(await total(opened, `start_date=${TODAY}&limit=1`)).toBe(6);
    expect(await total(opened, 'end_date=2020-01-01')).toBe(0);
    expect(await total(opened, 'customer_id=cus_01990000000070008000000000000001')).toBe(0);
  });

  it('adds up what matches, each currency alone, as the summary of it does', async () => {
    const opened = await anHttpApp();
    for (const amount of [100, 300]) await pay(opened, { amount });
    await pay(opened, { currency: 'EUR', payment_method: 'test_declined' });
    const page = async (query: string) =>
      paymentPage.parse(await (await get(opened, `/payments?include=total&${query}`)).json()).by_currency;
    const { by_currency } = paymentSummary.parse(await (await get(opened, '/payments/summary')).json());
    expect(await page('limit=1')).toEqual(by_currency);
    expect(await page('min_amount=300&currency=USD')).toEqual({
      USD: {
        count: 1,
        total_amount: 300,
        succeeded_amount: 300,
        refunded_amount: 0,
        average_amount: 300,
      },
    });
    expect(await page('customer_id=cus_01990000000070008000000000000001')).toEqual({});
  });

  it('says the same on every page, and nothing where it is not asked', async () => {
    const opened = await anHttpApp();
    for (let each = 0; each < 3; each += 1) await pay(opened);
    const first = paymentPage.parse(await (await get(opened, '/payments?include=total&limit=2')).json());
    const query = `cursor=${encodeURIComponent(first.next_cursor ?? '')}&limit=2`;
    expect([first.total, await total(opened, query)]).toEqual([3, 3]);
    const page = await (await get(opened, '/payments')).json();
    for (const name of ['total', 'by_currency']) expect(page).not.toHaveProperty(name);
  });

  it.each(['include=everything', 'include=', 'include=total&include=total'])('refuses %s', async (query) => {
    expect((await get(await anHttpApp(), `/payments?${query}`)).status).toBe(400);
  });
});
