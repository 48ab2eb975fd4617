import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../src/domain/kernel/day.ts';
import { type ReportGroup, reportRecord } from '../../src/domain/payments/payment-report.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { rowAbout, rowOfType } from '../fixtures/files.ts';
import { everythingOf } from '../support/books.ts';
import { aShop, chargedBack, reversed } from './dispute-shop.ts';

const HOUR_MS = 3_600_000;
const EVENTS = [
  'paid',
  'settled',
  'charged back',
  'won',
  'lost',
  'fee',
  'fee given back',
  'work',
  'hours',
] as const;

/** Fees and disputes in reports are what the ledger's entries of the day are, on every storage. */
export function reportCostsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Costs in payment reports: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    let first: number;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
      first = shop.clock.now();
    });
    afterEach(() => storage.close());

    const reported = async (groupBy?: ReportGroup, interval: 'day' | 'hour' | 'month' = 'day') =>
      reportRecord(
        (
          await shop.useCases.reportPayments({
            merchantId: aMerchantId(),
            interval,
            timezone: 'UTC',
            from: dayOf(first),
            to: dayOf(shop.clock.now()),
            ...(groupBy === undefined ? {} : { groupBy }),
          })
        )._unsafeUnwrap(),
      );

    /** The costs of each day that has any, entry by entry. */
    const fold = async () => {
      const { entries } = await everythingOf(storage, aMerchantId());
      const days = new Map<string, { fees: number; disputes: number; disputed: number }>();
      for (const { type, createdAt, amount } of entries) {
        const units = Number(amount.minorUnits);
        const day = days.get(dayOf(createdAt)) ?? { fees: 0, disputes: 0, disputed: 0 };
        if (type === 'fee') day.fees += units;
        else if (type === 'fee_refund') day.fees -= units;
        else if (type === 'chargeback') {
          day.disputes += 1;
          day.disputed += units;
        } else if (type === 'chargeback_reversal') day.disputed -= units;
        else continue;
        days.set(dayOf(createdAt), day);
      }
      return [...days].toSorted(([x], [y]) => (x < y ? -1 : 1));
    };

    const costsOf = async (groupBy?: ReportGroup) =>
      (await reported(groupBy)).buckets.flatMap(({ date, rows }) =>
        rows
          .filter(({ fees_amount, disputed_count, disputed_amount }) =>
            [fees_amount, disputed_count, disputed_amount].some((each) => each !== 0),
          )
          .map(({ fees_amount, disputed_count, disputed_amount }) => [
            date,
            { fees: fees_amount, disputes: disputed_count, disputed: disputed_amount },
          ]),
      );

    it('stand on the day on which they were posted, whenever the payment was made, and make the proceeds', async () => {
      const [won, lost] = [await shop.pay(), await shop.pay()];
      shop.clock.pass(24 * HOUR_MS);
      await shop.arrives([
        rowAbout(won, { fee: '3' }),
        rowAbout(lost, { fee: '4' }),
        chargedBack(lost, 'du_1'),
      ]);
      await shop.work();
      shop.clock.pass(24 * HOUR_MS);
      await shop.arrives([chargedBack(won, 'du_2'), reversed(won, 'du_2')]);
      await shop.arrives([rowOfType('fee', { amount: '-2', reference: 'f-1' })]);
      await shop.work();
      const { buckets, total } = await reported();
      expect(buckets.map(({ rows }) => rows)).toMatchObject([
        [{ count: 2, net_amount: 200, fees_amount: 0, disputed_count: 0, proceeds_amount: 200 }],
        [
          {
            count: 0,
            success_rate: 0,
            net_amount: 0,
            fees_amount: 22,
            disputed_count: 1,
            disputed_amount: 80,
            proceeds_amount: -102,
          },
        ],
        [
          {
            count: 0,
            net_amount: 0,
            fees_amount: 18,
            disputed_count: 1,
            disputed_amount: 0,
            proceeds_amount: -18,
          },
        ],
      ]);
      expect(total).toMatchObject([
        {
          currency: 'USD',
          group: null,
          net_amount: 200,
          fees_amount: 40,
          disputed_count: 2,
          disputed_amount: 80,
          proceeds_amount: 80,
        },
      ]);
      expect((await reported('currency')).total).toEqual([{ ...total[0], group: 'USD' }]);
      expect((await reported(undefined, 'month')).total.map((row) => row.proceeds_amount)).toEqual([80]);
    });

    it('are null, and not none, where they are not known', async () => {
      await shop.arrives([rowOfType('fee', { amount: '5', reference: 'f-1' })]);
      await shop.pay();
      await shop.work();
      for (const { total } of [
        await reported('status'),
        await reported('processor'),
        await reported(undefined, 'hour'),
      ])
        expect(total).toMatchObject([
          { count: 1, fees_amount: null, disputed_count: null, disputed_amount: null, proceeds_amount: null },
        ]);
    });

    it('are the fold of the entries of each day, whatever happens in whichever order', async () => {
      let names = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 }), async (events) => {
          let capture = await shop.pay();
          let dispute = `du_${(names += 1)}`;
          for (const event of events) {
            const rows = {
              settled: [rowAbout(capture, { fee: '3' })],
              'charged back': [chargedBack(capture, dispute)],
              fee: [rowOfType('fee', { amount: '9', reference: `f-${(names += 1)}` })],
              'fee given back': [rowOfType('fee', { amount: '-2', reference: `f-${(names += 1)}` })],
            }[event as string];
            if (rows !== undefined) await shop.arrives(rows);
            if (event === 'won' || event === 'lost') await shop.says(dispute, capture, event);
            if (event === 'paid') [capture, dispute] = [await shop.pay(), `du_${(names += 1)}`];
            if (event === 'hours') shop.clock.pass(11 * HOUR_MS);
            if (event === 'work') await shop.work();
          }
          await shop.work();
          expect(await costsOf()).toEqual(await fold());
          expect(await costsOf('currency')).toEqual(await fold());
        }),
        trying(adapter === 'memory' ? 30 : 4),
      );
      expect(await shop.verified()).toEqual([]);
    });
  });
}
