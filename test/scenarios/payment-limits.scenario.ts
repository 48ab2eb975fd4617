import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

/** How much a merchant takes in one payment, currency by currency, on every storage. */
export function paymentLimitsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payment limits contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let client: Client;
    let admin: Client;
    beforeEach(async () => {
      storage = await open();
      const { app } = aPlatform(storage);
      const send = (path: string, init: RequestInit) => app.request(path, init);
      client = await aClient(send, merchantId);
      admin = await aClient(send, undefined, ['admin']);
      return () => storage.close();
    });

    const order = (amount: number, currency: string) => ({ amount, currency, payment_method: 'card' });
    /** What became of a payment: 201, or why not. */
    async function pay(amount: number, currency: string): Promise<unknown> {
      const response = await client.post('/payments', order(amount, currency), aKey());
      const { code, detail } = (await response.json()) as { code?: string; detail?: string };
      return response.status === 201 ? 201 : [response.status, code, detail];
    }
    const limit = async (rate_limits: object) => {
      const response = await admin.patch(`/merchants/${merchantId}`, { rate_limits });
      expect(response.status).toBe(200);
      return ((await response.json()) as { rate_limits: object }).rate_limits;
    };
    const over = (most: number, currency: string) => [
      422,
      'amount_over_limit',
      `This merchant takes at most ${most} minor units of ${currency} in one payment.`,
    ];
    const none = (currency: string) => [
      422,
      'amount_over_limit',
      `This merchant has limits and none in ${currency}, so it takes no payments in it.`,
    ];

    it('are set, changed and taken away for each currency alone, and hold for batches', async () => {
      await addMerchants(storage, [aMerchant()]);
      expect(await pay(2 ** 40, 'IDR')).toBe(201);
      const set = { max_payment_amount: 50_000, max_payment_amounts: { JPY: 7_500_000, EUR: 0 } };
      expect(await limit(set)).toMatchObject(set);
      expect(await Promise.all([pay(50_000, 'USD'), pay(7_500_000, 'JPY'), pay(2 ** 40, 'EUR')])).toEqual([
        201, 201, 201,
      ]);
      expect(await pay(50_001, 'USD')).toEqual(over(50_000, 'USD'));
      expect(await pay(7_500_001, 'JPY')).toEqual(over(7_500_000, 'JPY'));
      expect(await pay(1, 'KWD')).toEqual(none('KWD'));
      const payments = [
        [50_001, 'USD'],
        [50_001, 'JPY'],
        [7_500_001, 'JPY'],
        [1, 'KWD'],
      ].map(([amount, currency]) => ({
        ...order(Number(amount), String(currency)),
        idempotency_key: aKey(),
      }));
      const { results } = (await (await client.post('/payments/batch', { payments })).json()) as {
        results: readonly { status: number; problem?: { code: string } }[];
      };
      expect(results.map(({ status, problem }) => problem?.code ?? status)).toEqual([
        'amount_over_limit',
        201,
        'amount_over_limit',
        'amount_over_limit',
      ]);
      expect(await limit({ max_payment_amounts: { KWD: 100, JPY: null } })).toMatchObject({
        max_payment_amount: 50_000,
        max_payment_amounts: { EUR: 0, KWD: 100 },
      });
      expect(await pay(100, 'KWD')).toBe(201);
      expect(await pay(1, 'JPY')).toEqual(none('JPY'));
      const removed = { max_payment_amount: 0, max_payment_amounts: { EUR: null, KWD: null } };
      expect(await limit(removed)).not.toHaveProperty('max_payment_amounts');
      expect(await pay(2 ** 40, 'JPY')).toBe(201);
    });

    it('of a merchant that an earlier version stored hold as they did until one is set again', async () => {
      await addMerchants(storage, [aMerchant('merchant-a', { rateLimits: { maxPaymentAmount: 1_000n } })]);
      const read = await (await admin.get(`/merchants/${merchantId}`)).json();
      expect((read as { rate_limits: object }).rate_limits).toEqual({
        payments_per_minute: 0,
        payments_per_day: 0,
        max_payment_amount: 1_000,
      });
      expect(await Promise.all([pay(1_000, 'USD'), pay(1_000, 'JPY')])).toEqual([201, 201]);
      expect(await pay(1_001, 'JPY')).toEqual(over(1_000, 'JPY'));
      await limit({ payments_per_day: 1_000 });
      expect(await pay(1_001, 'JPY')).toEqual(over(1_000, 'JPY'));
      await limit({ max_payment_amounts: { JPY: 150_000 } });
      expect(await pay(150_000, 'JPY')).toBe(201);
      expect(await pay(1_001, 'USD')).toEqual(over(1_000, 'USD'));
      expect(await pay(1, 'EUR')).toEqual(none('EUR'));
    });
  });
}
