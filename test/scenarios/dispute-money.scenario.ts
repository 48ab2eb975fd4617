import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { countsOf, rowAbout } from '../fixtures/files.ts';
import { aShop, chargedBack, reversed, type Said } from './dispute-shop.ts';

const TAKEN = ['chargeback 80', 'fee 15'];
const GIVEN_BACK = [...TAKEN, 'chargeback_reversal 80', 'fee 5'].toSorted();

/** What disputes do to the merchant's money, on every storage. */
export function disputeMoneyContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`The money of disputes: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    it('is taken with its fee when the processor says so, below zero if need be, and given back when it is won', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'inquired');
      await shop.work();
      expect([await shop.posted(), await shop.available()]).toEqual([[], 100n]);
      await shop.says('du_1', capture, 'opened', 2);
      await shop.work();
      expect([await shop.posted(), await shop.available()]).toEqual([TAKEN, 5n]);
      const other = await shop.pay();
      await shop.says('du_2', other, 'lost');
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(await shop.available()).toBe(200n - 95n - 95n + 75n);
      expect(await shop.verified()).toEqual([]);
    });

    it('that a file says afterwards is matched and in its settlement, and posted no second time', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'opened');
      await shop.work();
      const { id } = await shop.arrives([rowAbout(capture), chargedBack(capture, 'du_1')]);
      await shop.work();
      expect(countsOf(await shop.desk.find(id))).toEqual({ matched: 2 });
      expect(await shop.posted()).toEqual(TAKEN);
      const [settlement] = (
        await storage.aggregates.newest(aMerchantId(), 'settlement', { limit: 9 })
      )._unsafeUnwrap();
      expect(settlement).toMatchObject({
        reconciliationId: id,
        sums: { payments: 100n, chargebacks: 80n, fees: 15n },
      });
      // In one batch, and in a later file, the second row of it is a duplicate.
      const again = await shop.arrives([chargedBack(capture, 'du_1'), reversed(capture, 'du_1')]);
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(countsOf(await shop.desk.find(again.id))).toEqual({ duplicate: 1, matched: 1 });
      expect(await shop.posted()).toEqual(GIVEN_BACK);
      expect(await shop.verified()).toEqual([]);
    });

    it('of several captures is taken from all of them together, whichever says it first, and never beyond them', async () => {
      const [capture] = await shop.payInParts();
      if (capture === undefined) throw new Error('it is captured');
      // More than either capture.
      await shop.says('du_1', capture, 'opened');
      await shop.work();
      expect([await shop.posted(), await shop.available()]).toEqual([TAKEN, 5n]);
      const of = await shop.chargeOf(capture);
      const counts = async (...rows: readonly string[]) => {
        const { id } = await shop.reports(of, rows);
        await shop.work();
        return countsOf(await shop.desk.find(id));
      };
      expect(await counts('dispute du_1 -0.80 0.15', 'dispute du_2 -0.80 0', 'dispute du_3 -0.20 0')).toEqual(
        { matched: 2, mismatched: 1 },
      );
      expect([await shop.posted(), await shop.available()]).toEqual([['chargeback 20', ...TAKEN], -15n]);
      await shop.says('du_4', capture, 'lost');
      expect(await counts('dispute du_5 -0.01 0', 'dispute_reversal du_1 0.80 0.05')).toEqual({
        matched: 1,
        mismatched: 1,
      });
      expect([await shop.posted(), await shop.available()]).toEqual([
        ['chargeback 20', ...GIVEN_BACK].toSorted(),
        60n,
      ]);
      expect(await shop.verified()).toEqual([]);
    });

    it('that a row says otherwise than the processor did is an exception about the difference', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'opened');
      await shop.work();
      const { id } = await shop.arrives([
        chargedBack(capture, 'du_1', { amount: '70' }),
        chargedBack(capture, 'du_1'),
        chargedBack(capture, 'du_1'),
      ]);
      await shop.work();
      expect(countsOf(await shop.desk.find(id))).toEqual({ mismatched: 1, matched: 1, duplicate: 1 });
      const open = await storage.aggregates.newest(aMerchantId(), 'exception', { limit: 9, isOpen: true });
      expect(open._unsafeUnwrap()).toMatchObject([
        { difference: 10n, fields: [{ field: 'amount', ours: 80, theirs: 70 }] },
      ]);
      expect(await shop.posted()).toEqual(TAKEN);
      expect(await shop.verified()).toEqual([]);
    });

    it('is the same whichever says it first, in any order, twice or late', async () => {
      const step = fc.record({
        by: fc.constantFrom('event', 'chargeback row', 'reversal row', 'both rows', 'work'),
        moves: fc.boolean(),
        twice: fc.boolean(),
      });
      let run = 0;
      let isKnown: string[] = [];
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 7 }),
          fc.constantFrom('lost', 'won'),
          async (steps, end: 'lost' | 'won') => {
            run += 1;
            const name = `du_${run}`;
            const capture = await shop.pay();
            let said: Said = 'inquired';
            for (const { by, moves, twice } of steps) {
              if (moves) said = said === 'inquired' ? 'opened' : end;
              const rows = {
                'chargeback row': said === 'inquired' ? [] : [chargedBack(capture, name)],
                'reversal row': said === 'won' ? [reversed(capture, name)] : [],
                'both rows': said === 'won' ? [chargedBack(capture, name), reversed(capture, name)] : [],
                event: [],
                work: [],
              }[by];
              if (by === 'event') await shop.says(name, capture, said, twice ? 2 : 1);
              if (rows.length > 0) await shop.arrives(twice ? [...rows, ...rows] : rows);
              if (by === 'work') await shop.work();
            }
            await shop.says(name, capture, end);
            await shop.work();
            await shop.arrives([
              chargedBack(capture, name),
              ...(end === 'won' ? [reversed(capture, name)] : []),
            ]);
            await shop.work();
            isKnown = [...isKnown, ...(end === 'won' ? GIVEN_BACK : TAKEN)].toSorted();
            expect(await shop.posted()).toEqual(isKnown);
            const known = (await shop.disputes()).filter((each) => each.startsWith(`${name} `));
            expect(known).toEqual([`${name} ${end} fraudulent 80`]);
          },
        ),
        trying(adapter === 'memory' ? 30 : 4),
      );
      expect(await shop.verified()).toEqual([]);
    });
  });
}
