import { beforeEach, describe, expect, it } from 'vitest';
import { idOf, type PaymentId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { PaymentFilter } from '../../src/domain/payments/payment-filter.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aDecline, aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';

const customerId = idOf('cus', 'c'.repeat(32));
const metadata = { name: 'order', value: '1001' };

/** What `Payments` promises of lists by customer and by a pair of metadata. */
export function findingPaymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payments contract, those found by customer, metadata and amount: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const store = async (...openings: readonly ReturnType<typeof anOpening>[]) => {
      for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
    };

    /** Ids in the order in which pages of `limit` give them; what the same filter adds up to must be of as many. */
    const found = async (filter: PaymentFilter, limit: number, merchantId = aMerchantId()) => {
      const seen: PaymentId[] = [];
      for (let before: PaymentId | undefined, isMore = true; isMore; ) {
        const page = { limit, ...present({ before }) };
        const ids = (await storage.payments.list(merchantId, filter, page))
          ._unsafeUnwrap()
          .map(({ id }) => id);
        seen.push(...ids);
        before = ids.at(-1);
        isMore = ids.length === limit;
      }
      const sums = (await storage.payments.sums(merchantId, filter))._unsafeUnwrap();
      expect(sums.reduce((total, { count }) => total + count, 0)).toBe(seen.length);
      return seen;
    };

    it('finds a merchant’s own by each, newest first and a page at a time, beside every other filter', async () => {
      const openings = Array.from({ length: 30 }, (_, n) =>
        anOpening({
          createdAt: NOON + n * 1_000,
          currency: n % 5 === 0 ? 'EUR' : 'USD',
          metadata: { order: n % 3 === 0 ? '1001' : '1002', shop: 'berlin' },
          ...(n % 2 === 0 ? { customerId } : {}),
        }),
      );
      const theirs = anOpening({
        merchantId: aMerchantId('merchant-b'),
        customerId,
        metadata: { order: '1001' },
      });
      await store(...openings, theirs, anOpening({ createdAt: NOON + 500 }));
      for (const opening of openings.filter((_, n) => n % 4 === 0))
        (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const those = (keep: (n: number) => boolean) =>
        openings.flatMap(({ payment }, n) => (keep(n) ? [payment.id] : [])).reverse();

      for (const limit of [1, 4, 100]) {
        expect(await found({ customerId }, limit)).toEqual(those((n) => n % 2 === 0));
        expect(await found({ metadata }, limit)).toEqual(those((n) => n % 3 === 0));
        expect(await found({ customerId, metadata }, limit)).toEqual(those((n) => n % 6 === 0));
        expect(await found({ metadata, status: 'succeeded', currency: 'USD' }, limit)).toEqual(
          those((n) => n % 12 === 0 && n % 5 !== 0),
        );
        expect(await found({ customerId, from: NOON + 4_000, to: NOON + 20_000 }, limit)).toEqual(
          those((n) => n % 2 === 0 && n >= 4 && n <= 20),
        );
      }
      expect(await found({ metadata: { name: 'order', value: '100' } }, 10)).toEqual([]);
      expect(await found({ metadata: { name: 'Order', value: '1001' } }, 10)).toEqual([]);
      expect(await found({ customerId: idOf('cus', 'd'.repeat(32)) }, 10)).toEqual([]);
      expect(await found({ metadata, to: NOON - 1 }, 10)).toEqual([]);
      expect(await found({ metadata }, 10, aMerchantId('merchant-b'))).toEqual([theirs.payment.id]);
      expect(await found({ customerId }, 10, aMerchantId('merchant-b'))).toEqual([theirs.payment.id]);
    });

    it('finds those of one amount, in every currency or in one, beside every other filter', async () => {
      const openings = Array.from({ length: 30 }, (_, n) =>
        anOpening({
          createdAt: NOON + n * 1_000,
          amount: n % 3 === 0 ? 1_999n : 1_999n + BigInt(n),
          currency: n % 2 === 0 ? 'JPY' : 'USD',
          metadata: { order: n % 5 === 0 ? '1001' : '1002' },
          ...(n % 5 === 0 ? { customerId } : {}),
        }),
      );
      const theirs = anOpening({ merchantId: aMerchantId('merchant-b'), amount: 1_999n });
      await store(...openings, theirs);
      for (const opening of openings.filter((_, n) => n % 4 === 0))
        (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const those = (keep: (n: number) => boolean) =>
        openings.flatMap(({ payment }, n) => (keep(n) ? [payment.id] : [])).reverse();
      const amount = { minAmount: 1_999n, maxAmount: 1_999n };

      for (const limit of [1, 3, 100]) {
        expect(await found(amount, limit)).toEqual(those((n) => n % 3 === 0));
        expect(await found({ ...amount, currency: 'JPY' }, limit)).toEqual(those((n) => n % 6 === 0));
        expect(await found({ ...amount, status: 'succeeded' }, limit)).toEqual(those((n) => n % 12 === 0));
        expect(await found({ ...amount, metadata }, limit)).toEqual(those((n) => n % 15 === 0));
        expect(await found({ ...amount, customerId }, limit)).toEqual(those((n) => n % 15 === 0));
        expect(await found({ ...amount, from: NOON + 3_000, to: NOON + 20_000 }, limit)).toEqual(
          those((n) => n % 3 === 0 && n >= 3 && n <= 20),
        );
        expect(await found({ minAmount: 1_999n, maxAmount: 2_003n }, limit)).toEqual(
          those((n) => n % 3 === 0 || n <= 4),
        );
      }
      expect(await found({ minAmount: 1_998n, maxAmount: 1_998n }, 10)).toEqual([]);
      expect(await found(amount, 10, aMerchantId('merchant-b'))).toEqual([theirs.payment.id]);
    });

    it('finds those that failed by their code, exactly, and none that only has it elsewhere', async () => {
      const codes = ['card_declined', 'card_declined', 'declined', 'card_decline'];
      const openings = codes.map((_, n) =>
        anOpening({
          createdAt: NOON + n * 1_000,
          metadata: { code: 'card_declined' },
          ...(n > 0 ? { customerId } : {}),
        }),
      );
      const theirs = anOpening({ merchantId: aMerchantId('merchant-b') });
      await store(...openings, anOpening({ metadata: { code: 'card_declined' } }), theirs);
      for (const [n, code] of codes.entries())
        (await storage.commits.commit(aDecline(openings[n] ?? theirs, code)))._unsafeUnwrap();
      (await storage.commits.commit(aDecline(theirs, 'card_declined')))._unsafeUnwrap();
      const those = (...places: readonly number[]) => places.map((n) => openings[n]?.payment.id);
      const declineCode = 'card_declined';
      expect(await found({ declineCode }, 1)).toEqual(those(1, 0));
      expect(await found({ declineCode, status: 'failed', to: NOON }, 10)).toEqual(those(0));
      expect(await found({ declineCode, customerId }, 10)).toEqual(those(1));
      expect(await found({ declineCode, status: 'succeeded' }, 10)).toEqual([]);
      expect(await found({ declineCode: 'declined' }, 10)).toEqual(those(2));
      expect(await found({ declineCode: 'CARD_DECLINED' }, 10)).toEqual([]);
    });

    it('takes a payment of as many pairs as one may have, with a customer, and finds it by each', async () => {
      const pairs = Array.from({ length: 50 }, (_, n) => [`name ${n}`, `${n}`.padEnd(500, 'v')] as const);
      const opening = anOpening({ customerId, metadata: Object.fromEntries(pairs) });
      await store(opening, anOpening({ metadata: { 'name 0': '0' } }));
      (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      for (const [name, value] of pairs)
        expect(await found({ metadata: { name, value } }, 10)).toEqual([opening.payment.id]);
      expect(await found({ customerId }, 10)).toEqual([opening.payment.id]);
    });
  });
}
