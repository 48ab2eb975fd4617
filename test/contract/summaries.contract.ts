import { beforeEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../src/domain/kernel/day.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import { addTallies, type Tally, tallyOf } from '../../src/domain/payments/tally.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { aConclusion, aReservation } from '../fixtures/movements.ts';

const DAY = 86_400_000;

/** What every `Summaries` adapter promises. */
export function summariesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Summaries contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const a = aMerchantId();
    const commit = async (change: Change) => (await storage.commits.commit(change))._unsafeUnwrap();
    const tallies = async (range: { from?: string; to?: string } = {}, merchantId = a) =>
      sorted((await storage.summaries.tallies(merchantId, range))._unsafeUnwrap());

    async function take(parts: Parameters<typeof anOpening>[0] = {}): Promise<Payment> {
      const opening = anOpening(parts);
      await commit(opening.change);
      const success = aSuccess(opening);
      await commit(success);
      return paymentOf(success);
    }

    it('counts a payment in the state it is in, and nowhere else', async () => {
      const opening = anOpening({ amount: 1_000n });
      await commit(opening.change);
      expect(await tallies()).toEqual([tallyOf(opening.payment)]);
      const success = aSuccess(opening);
      await commit(success);
      const payment = paymentOf(success);
      expect(await tallies()).toEqual([tallyOf(payment)]);
      const refund = aReservation(payment, { type: 'refund', amount: 300n }, NOON + 60);
      if (refund === undefined) throw new Error('the refund was refused');
      await commit(refund.change);
      expect(await tallies()).toEqual([tallyOf(payment)]);
      const refunded = aConclusion(refund, refund.payment, NOON + 70);
      await commit(refunded);
      expect(await tallies()).toEqual([tallyOf(paymentOf(refunded))]);
      expect((await tallies())[0]).toMatchObject({
        count: 1,
        amount: 1_000n,
        captured: 1_000n,
        refunded: 300n,
      });
    });

    it('keeps tenants, days, currencies and states apart, and adds up within them', async () => {
      const payments: Payment[] = [];
      for (const createdAt of [NOON - DAY, NOON, NOON + DAY])
        for (const currency of ['USD', 'EUR'] as const)
          for (const amount of [100n, 250n]) payments.push(await take({ createdAt, currency, amount }));
      const open = anOpening();
      await commit(open.change);
      const other = await take({ merchantId: aMerchantId('merchant-b') });
      expect(await tallies()).toEqual(sumsOf([...payments, open.payment]));
      expect(await tallies({}, aMerchantId('merchant-b'))).toEqual([tallyOf(other)]);
      expect(await tallies({}, aMerchantId('merchant-c'))).toEqual([]);
    });

    it('gives the days asked for, both bounds included', async () => {
      const last = Date.UTC(2026, 1, 28, 23, 59, 59, 999);
      const payments = await Promise.all(
        [last, last + 1, last + DAY, last + 1 + DAY].map((createdAt) => take({ createdAt })),
      );
      const within = (from: string, to: string) =>
        sumsOf(payments.filter(({ createdAt }) => from <= dayOf(createdAt) && dayOf(createdAt) <= to));
      expect(await tallies({ from: '2026-03-01', to: '2026-03-01' })).toEqual(
        within('2026-03-01', '2026-03-01'),
      );
      expect(await tallies({ from: '2026-03-01' })).toEqual(within('2026-03-01', '9999-12-31'));
      expect(await tallies({ to: '2026-02-28' })).toEqual(within('0000-01-01', '2026-02-28'));
      expect(await tallies({ from: '2027-01-01' })).toEqual([]);
      expect(await tallies({ from: '2026-03-02', to: '2026-03-01' })).toEqual([]);
    });

    it('keeps every digit, of sums beyond 64 bits too', async () => {
      const amount = 2n ** 62n + 1n;
      const payments = await Promise.all(Array.from({ length: 5 }, () => take({ amount })));
      expect(await tallies()).toEqual(sumsOf(payments));
    });

    it('counts every one of many at once, the repeated once and the refused never', async () => {
      const openings = Array.from({ length: 60 }, (_, n) => anOpening({ amount: BigInt(n + 1) }));
      const rivals = openings.map(({ claim }) => anOpening({ idempotencyKey: claim.key }));
      await Promise.all(openings.map(({ change }) => commit(change)));
      await Promise.all([...openings, ...rivals].map(({ change }) => storage.commits.commit(change)));
      expect(await tallies()).toEqual(sumsOf(openings.map(({ payment }) => payment)));
      const successes = openings.map((opening) => aSuccess(opening));
      await Promise.all([...successes, ...successes].map((change) => storage.commits.commit(change)));
      expect(await tallies()).toEqual(sumsOf(successes.map(paymentOf)));
    });

    it('counts each payment exactly once while it moves from one state to another', async () => {
      const openings = Array.from({ length: 40 }, () => anOpening());
      await Promise.all(openings.map(({ change }) => commit(change)));
      let over = false;
      const counts: number[] = [];
      const reading = (async () => {
        while (!over) counts.push((await tallies()).reduce((sum, { count }) => sum + count, 0));
      })();
      await Promise.all(openings.map((opening) => commit(aSuccess(opening))));
      over = true;
      await reading;
      expect(new Set(counts)).toEqual(new Set([40]));
    });
  });
}

function paymentOf({ payment }: Change): Payment {
  if (payment === undefined) throw new Error('the change has no payment');
  return payment.next;
}

const keyOf = ({ day, currency, status }: Tally) => `${day} ${currency} ${status}`;

const sorted = (tallies: readonly Tally[]) => tallies.toSorted((x, y) => (keyOf(x) < keyOf(y) ? -1 : 1));

/** What payments add up to, one by one. */
const sumsOf = (payments: readonly Payment[]): readonly Tally[] =>
  sorted(
    [...Map.groupBy(payments.map(tallyOf), keyOf).values()].map((group) =>
      group.reduce((sum, each) => addTallies(sum, each)),
    ),
  );
