import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { countPayments } from '../../src/application/payments/count-payments.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import {
  type SummarizePayments,
  summarizePayments,
} from '../../src/application/payments/summarize-payments.ts';
import { completeClaim } from '../../src/domain/kernel/claim.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { fail, PAYMENT_STATUSES, type Payment } from '../../src/domain/payments/payment.ts';
import type { PaymentFilter } from '../../src/domain/payments/payment-filter.ts';
import { sumUp } from '../../src/domain/payments/payment-sum.ts';
import { summaryOf } from '../../src/domain/payments/payment-summary.ts';
import { tallyOf } from '../../src/domain/payments/tally.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { trying } from '../domain/arbitraries.ts';
import {
  aMerchantId,
  anOpening,
  aSuccess,
  digests,
  NOON,
  type Opening,
  origin,
  terms,
} from '../fixtures/changes.ts';

const DAY = 86_400_000;
const MIDNIGHT = NOON - DAY / 2;

/** Moments that fall on the edges of days, just beside them, and in between. */
const MOMENTS: readonly Instant[] = [-1, 0, 1, 2].flatMap((day) =>
  [0, 1, DAY / 3, DAY - 1].map((rest) => MIDNIGHT + day * DAY + rest),
);

function aFailure({ payment, claim }: Opening): Change {
  const at = payment.createdAt + 50;
  const closed = completeClaim(claim, '402\n{}', { changeId: systemIds.change(at), now: at }, terms);
  return paymentChange(
    { ids: systemIds, digests },
    {
      at,
      origin,
      before: payment,
      next: fail(payment, { code: 'card_declined', message: 'no' }, at),
      transactions: [],
      claim: { expected: claim.fence, next: closed },
    },
  ).change;
}

/** What every storage promises of sums, counts and summaries: the same as counting payment by payment. */
export function paymentSumsContract(adapter: string, open: () => Promise<Storage>, histories: number): void {
  describe(`Payment sums contract: ${adapter}`, () => {
    let storage: Storage;
    let summarize: SummarizePayments;
    beforeEach(async () => {
      storage = await open();
      summarize = summarizePayments(storage);
      return () => storage.close();
    });

    const commit = async (change: Change) => (await storage.commits.commit(change))._unsafeUnwrap();

    /** Payments over all moments, in several currencies and states; also of another tenant, which must not count. */
    async function stock(): Promise<void> {
      await Promise.all(
        MOMENTS.flatMap((createdAt, index) =>
          (['USD', 'EUR', 'JPY'] as const).map(async (currency, place) => {
            const opening = anOpening({ createdAt, currency, amount: BigInt(100 * index + place + 1) });
            await commit(opening.change);
            if ((index + place) % 3 === 1) await commit(aSuccess(opening));
            if ((index + place) % 3 === 2) await commit(aFailure(opening));
            await commit(anOpening({ createdAt, merchantId: aMerchantId('merchant-b') }).change);
          }),
        ),
      );
    }

    const listed = async (filter: PaymentFilter): Promise<readonly Payment[]> =>
      (await storage.payments.list(aMerchantId(), filter, { limit: 1_000 }))._unsafeUnwrap();

    it('adds up exactly the payments that match', async () => {
      await stock();
      const filters: readonly PaymentFilter[] = [
        {},
        { status: 'succeeded' },
        { currency: 'JPY' },
        { status: 'failed', currency: 'EUR' },
        { minAmount: 300n, maxAmount: 900n },
        { from: MIDNIGHT + 1, to: MIDNIGHT + DAY },
        { from: NOON, to: NOON - 1 },
      ];
      for (const filter of filters) {
        const sums = (await storage.payments.sums(aMerchantId(), filter))._unsafeUnwrap();
        expect(sumUp(sums)).toEqual(sumUp((await listed(filter)).map(plainSum)));
      }
      expect((await storage.payments.sums(aMerchantId('nobody'), {}))._unsafeUnwrap()).toEqual([]);
    });

    it('does not lose a unit beyond 2^53', async () => {
      const amount = 9_007_199_254_740_993n;
      const openings = Array.from({ length: 3 }, () => anOpening({ amount, createdAt: MIDNIGHT }));
      for (const opening of openings) {
        await commit(opening.change);
        await commit(aSuccess(opening));
      }
      for (const period of [{}, { from: MIDNIGHT, to: MIDNIGHT + 1 }]) {
        const { byCurrency } = (await summarize(aMerchantId(), period))._unsafeUnwrap();
        expect(byCurrency.get('USD')).toMatchObject({
          totalAmount: amount * 3n,
          succeededAmount: amount * 3n,
        });
      }
    });

    it('summarizes any period as a recount of its payments does, wherever its ends fall', async () => {
      await stock();
      const moment = fc.constantFrom(...MOMENTS, ...MOMENTS.map((at) => at + 1));
      const end = fc.option(moment, { nil: undefined });
      await fc.assert(
        fc.asyncProperty(end, end, async (from, to) => {
          const period = present({ from, to });
          const summary = (await summarize(aMerchantId(), period))._unsafeUnwrap();
          const wanted = summaryOf((await listed(period)).map(plainSum));
          expect({ ...summary, byCurrency: sorted(summary.byCurrency) }).toEqual({
            ...wanted,
            byCurrency: sorted(wanted.byCurrency),
          });
        }),
        trying(4 * histories),
      );
    });

    it('counts and adds up what a list with the same filter would give', async () => {
      await stock();
      const count = countPayments(storage);
      const filter = fc.record<PaymentFilter>(
        {
          status: fc.constantFrom(...PAYMENT_STATUSES),
          currency: fc.constantFrom('USD', 'JPY'),
          from: fc.constantFrom(...MOMENTS),
          to: fc.constantFrom(...MOMENTS),
          minAmount: fc.constantFrom(1n, 500n),
          maxAmount: fc.constantFrom(700n, 10_000n),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(filter, async (chosen) => {
          const { totalCount, byCurrency } = (await count(aMerchantId(), chosen))._unsafeUnwrap();
          const wanted = summaryOf((await listed(chosen)).map(plainSum));
          expect(totalCount).toBe(wanted.totalCount);
          expect(sorted(byCurrency)).toEqual(sorted(wanted.byCurrency));
        }),
        trying(4 * histories),
      );
    });

    it('counts each payment once while payments are being made and move on', async () => {
      const periods = [{}, { from: MIDNIGHT + 1 }, { from: MIDNIGHT, to: MIDNIGHT + DAY - 1 }];
      let opened = 0;
      let committed = 0;
      let writing = true;
      const waiting: (() => void)[] = [];
      const goOn = () => {
        for (const reader of waiting.splice(0)) reader();
      };
      /** Reads are spread over all that is written. */
      const manyMore = async (than: number) => {
        while (writing && committed < than + 8) await new Promise<void>((resume) => waiting.push(resume));
      };
      const writers = Array.from({ length: 4 }, async () => {
        for (let each = 0; each < 20; each += 1) {
          const opening = anOpening({ createdAt: NOON + each });
          opened += 1;
          await commit(opening.change);
          committed += 1;
          goOn();
          await commit(each % 2 === 0 ? aSuccess(opening) : aFailure(opening));
        }
      });
      const reader = async (period: (typeof periods)[number]) => {
        for (let rounds = 0; writing || rounds === 0; rounds += 1) {
          const least = committed;
          const summary = (await summarize(aMerchantId(), period))._unsafeUnwrap();
          const statuses = Object.values(summary.byStatus).reduce((sum, each) => sum + each, 0);
          expect(summary.totalCount).toBeGreaterThanOrEqual(least);
          expect(summary.totalCount).toBeLessThanOrEqual(opened);
          expect(statuses).toBe(summary.totalCount);
          expect(summary.byCurrency.get('USD')?.totalAmount ?? 0n).toBe(2_500n * BigInt(summary.totalCount));
          await manyMore(least);
        }
      };
      const readers = periods.map(reader);
      await Promise.all(writers).finally(() => {
        writing = false;
        goOn();
      });
      await Promise.all(readers);
      for (const period of periods) {
        const { totalCount, byStatus } = (await summarize(aMerchantId(), period))._unsafeUnwrap();
        expect([totalCount, byStatus.succeeded, byStatus.failed]).toEqual([80, 40, 40]);
      }
    });
  });
}

const plainSum = (payment: Payment) => {
  const { merchantId: _, day: __, ...sum } = tallyOf(payment);
  return sum;
};

const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
