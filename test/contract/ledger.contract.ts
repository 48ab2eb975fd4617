import { beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../src/domain/kernel/present.ts';
import { balancesOf, type LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { LedgerFilter } from '../../src/ports/ledger.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, anOpening, aRefusal, aSuccess, NOON } from '../fixtures/changes.ts';
import { aConclusion, aReservation } from '../fixtures/movements.ts';
import { aTransfer } from '../fixtures/transfers.ts';

/** What every `Ledger` and `Balances` adapter promises, and commits that post entries and spend. */
export function ledgerContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Ledger contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const a = aMerchantId();
    const b = aMerchantId('merchant-b');
    const commit = async (change: Change) => (await storage.commits.commit(change))._unsafeUnwrap();
    const balances = async (merchantId = a) => (await storage.balances.of(merchantId))._unsafeUnwrap();
    const entriesOf = async (merchantId = a, filter: LedgerFilter = {}) =>
      (await storage.ledger.list(merchantId, filter, { limit: 100 }))._unsafeUnwrap();
    const newestFirst = (entries: readonly LedgerEntry[]) =>
      entries.toSorted((x, y) => (x.id < y.id ? 1 : -1));

    /** Takes a payment, both commits. */
    async function take(parts: Parameters<typeof anOpening>[0] = {}, fee?: bigint) {
      const opening = anOpening(parts);
      await commit(opening.change);
      const success = aSuccess(opening, undefined, fee);
      await commit(success);
      const payment = success.payment?.next;
      if (payment === undefined) throw new Error('the change has no payment');
      return { payment, entries: success.entries, success };
    }

    it('has nothing for a merchant without entries', async () => {
      expect(await balances()).toEqual([]);
      expect(await entriesOf()).toEqual([]);
      expect((await storage.balances.of(a, 'USD'))._unsafeUnwrap()).toEqual([]);
    });

    it('gives back entries as they were written, newest first, page after page, by currency', async () => {
      const written: LedgerEntry[] = [];
      for (const [n, currency] of (['USD', 'EUR', 'USD', 'USD'] as const).entries())
        written.push(...(await take({ currency, createdAt: NOON + n * 1_000 }, 30n)).entries);
      await take({ merchantId: b });
      const sorted = newestFirst(written);
      expect(sorted).toHaveLength(8);
      expect(await entriesOf()).toEqual(sorted);
      const dollars = sorted.filter(({ amount }) => amount.currency === 'USD');
      expect(await entriesOf(a, { currency: 'USD' })).toEqual(dollars);
      const walked: LedgerEntry[] = [];
      for (let last: LedgerEntry | undefined; ; last = walked.at(-1)) {
        const page = { limit: 4, ...present({ before: last?.id }) };
        const found = (await storage.ledger.list(a, { currency: 'USD' }, page))._unsafeUnwrap();
        walked.push(...found);
        if (found.length < 4) break;
      }
      expect(walked).toEqual(dollars);
    });

    it('gives those of one type and time alone, both ends included, page after page', async () => {
      const written: LedgerEntry[] = [];
      for (let n = 0; n < 4; n += 1) {
        const { payment, entries } = await take({ createdAt: NOON + n * 1_000 }, 30n);
        const kept = aReservation(payment, { type: 'refund', amount: 1n }, NOON + n * 1_000 + 500);
        if (kept === undefined) throw new Error('the refund was refused');
        await commit(kept.change);
        written.push(...entries, ...kept.change.entries);
      }
      const holds = newestFirst(written.filter(({ type }) => type === 'refund_hold'));
      expect(holds).toHaveLength(4);
      expect(await entriesOf(a, { type: 'refund_hold' })).toEqual(holds);
      expect(await entriesOf(a, { type: 'refund_hold', currency: 'EUR' })).toEqual([]);
      expect(await entriesOf(a, { type: 'transfer_in' })).toEqual([]);
      const fees = newestFirst(written.filter(({ type }) => type === 'fee'));
      expect(await entriesOf(a, { type: 'fee' })).toEqual(fees);
      const [from = 0, to = 0] = [holds[2]?.createdAt, holds[1]?.createdAt];
      expect(await entriesOf(a, { type: 'refund_hold', from, to })).toEqual(holds.slice(1, 3));
      expect(await entriesOf(a, { type: 'refund_hold', from: from + 1, to: to - 1 })).toEqual([]);
      const between = newestFirst(written.filter(({ createdAt }) => createdAt >= from && createdAt <= to));
      expect(await entriesOf(a, { from, to })).toEqual(between);
      expect(await entriesOf(a, { from: to, to: from })).toEqual([]);
      for (const [index, { id: before }] of holds.entries()) {
        const found = await storage.ledger.list(a, { type: 'refund_hold', from }, { limit: 1, before });
        expect(found._unsafeUnwrap()).toEqual(holds.slice(0, 3).slice(index + 1, index + 2));
      }
    });

    it('adds a capture to what is available, less its fee, in each currency apart', async () => {
      await take({ amount: 2_500n }, 75n);
      await take({ amount: 1_000n, currency: 'JPY' });
      const none = { pending: 0n, transfers: 0n, bank: 0n, differences: 0n, spendings: 0, merchantId: a };
      const yen = { ...none, currency: 'JPY', available: 1_000n, processor: -1_000n, fees: 0n };
      const dollars = { ...none, currency: 'USD', available: 2_425n, processor: -2_500n, fees: 75n };
      expect(await balances()).toEqual([yen, dollars]);
      expect((await storage.balances.of(a, 'USD'))._unsafeUnwrap()).toEqual([dollars]);
      expect(await balances(b)).toEqual([]);
    });

    it('sets a refund aside, then moves it or gives it back', async () => {
      const { payment } = await take({ amount: 1_000n });
      const kept = aReservation(payment, { type: 'refund', amount: 300n }, NOON + 60);
      if (kept === undefined) throw new Error('the refund was refused');
      await commit(kept.change);
      expect(await balances()).toMatchObject([{ available: 700n, pending: 300n, processor: -1_000n }]);
      const dropped = aReservation(kept.payment, { type: 'refund', amount: 200n }, NOON + 70);
      if (dropped === undefined) throw new Error('the refund was refused');
      await commit(dropped.change);
      const done = aConclusion(kept, dropped.payment, NOON + 80);
      await commit(done);
      expect(await balances()).toMatchObject([{ available: 500n, pending: 200n, processor: -700n }]);
      const after = done.payment?.next;
      if (after === undefined) throw new Error('the change has no payment');
      await commit(aConclusion(dropped, after, NOON + 90, { approved: false }));
      expect(await balances()).toMatchObject([{ available: 700n, pending: 0n, processor: -700n }]);
    });

    it('keeps every digit, of sums beyond 64 bits too', async () => {
      const amount = 2n ** 62n + 1n;
      await Promise.all(Array.from({ length: 5 }, () => take({ amount })));
      expect(await balances()).toMatchObject([{ available: 5n * amount, processor: -5n * amount }]);
    });

    it('adds up all of many that are taken at once', async () => {
      const amounts = Array.from({ length: 60 }, (_, n) => BigInt(n + 1));
      const taken = await Promise.all(
        amounts.map((amount, n) => take({ amount, currency: n % 3 === 0 ? 'EUR' : 'USD' }, amount / 10n)),
      );
      const all = taken.flatMap(({ entries }) => entries);
      expect(await balances()).toEqual(balancesOf(all).map((sums) => ({ ...sums, spendings: 0 })));
      expect(await entriesOf()).toEqual(newestFirst(all).slice(0, 100));
    });

    it('posts the same change once, and a refused one never', async () => {
      const opening = anOpening({ amount: 1_000n });
      await commit(opening.change);
      const rivals = Array.from({ length: 8 }, (_, n) => aSuccess(opening, NOON + n));
      const [first] = rivals;
      if (first === undefined) throw new Error('there are no rivals');
      await Promise.all([...rivals, first].map((change) => storage.commits.commit(change)));
      await storage.commits.commit(first);
      expect(await entriesOf()).toHaveLength(1);
      expect(await balances()).toMatchObject([{ available: 1_000n, processor: -1_000n }]);
    });

    describe('spending', () => {
      it('moves money between two merchants in one commit, and is counted', async () => {
        await take({ amount: 2_500n });
        const { change } = aTransfer({ amount: 400n, at: NOON + 100 });
        await commit(change);
        await commit(change);
        expect(await balances(a)).toMatchObject([{ available: 2_100n, transfers: 400n, spendings: 1 }]);
        expect(await balances(b)).toMatchObject([{ available: 400n, transfers: -400n, spendings: 0 }]);
        const [out, into] = change.entries;
        expect((await entriesOf(a))[0]).toEqual(out);
        expect(await entriesOf(b)).toEqual([into]);
        const next = aTransfer({ amount: 1n, spendings: 1 });
        await commit(next.change);
        expect(await balances(a)).toMatchObject([{ available: 2_099n, spendings: 2 }]);
      });

      it('is counted for each merchant and currency apart', async () => {
        await commit(aTransfer({}).change);
        await commit(aTransfer({ currency: 'EUR' }).change);
        await commit(aTransfer({ from: b, to: a }).change);
        await commit(aTransfer({ spendings: 1 }).change);
        const counts = (await balances(a)).map(({ currency, spendings }) => ({ currency, spendings }));
        expect(counts).toEqual([
          { currency: 'EUR', spendings: 1 },
          { currency: 'USD', spendings: 2 },
        ]);
      });

      it('leaves nothing of a refused transfer, whichever part is refused', async () => {
        await take();
        const { change: earlier } = aTransfer();
        await commit(earlier);
        const refusal = aRefusal(aKey());
        await commit(refusal);
        const before = [await balances(a), await balances(b), await entriesOf(a), await entriesOf(b)];
        const good = aTransfer({ spendings: 1 });
        const [aggregate] = good.change.aggregates;
        if (aggregate === undefined) throw new Error('the change has no transfer');
        const key = refusal.claim.next.key;
        const spoiled: readonly (readonly [Change, object])[] = [
          [aTransfer({ spendings: 0 }).change, { kind: 'StaleVersion', id: 'USD' }],
          [aTransfer({ spendings: 2 }).change, { kind: 'StaleVersion', id: 'USD' }],
          [
            { ...good.change, aggregates: [{ ...aggregate, expected: 1 }] },
            { kind: 'StaleVersion', id: good.transfer.id },
          ],
          [
            {
              ...good.change,
              aggregates: earlier.aggregates.map(({ next }) => ({
                ...aggregate,
                next: { ...aggregate.next, id: next.id } as typeof next,
              })),
            },
            { kind: 'StaleVersion', id: earlier.aggregates[0]?.next.id },
          ],
          [
            {
              ...good.change,
              claim: { ...good.change.claim, next: { ...good.change.claim.next, operation: 'process', key } },
            },
            { kind: 'ClaimTaken' },
          ],
        ];
        for (const [change, error] of spoiled) {
          expect((await storage.commits.commit(change))._unsafeUnwrapErr()).toEqual(error);
          expect([await balances(a), await balances(b), await entriesOf(a), await entriesOf(b)]).toEqual(
            before,
          );
          expect((await storage.claims.find(good.change.claim.next, NOON))._unsafeUnwrap()).toBeUndefined();
          const found = await storage.aggregates.find(a, 'transfer', good.transfer.id);
          expect(found._unsafeUnwrap()).toBeUndefined();
        }
        await commit(good.change);
      });

      it('lets exactly one of many rivals win, the first time and the next', async () => {
        for (const spendings of [0, 1]) {
          const rivals = Array.from({ length: 12 }, () => aTransfer({ amount: 10n, spendings }));
          const outcomes = await Promise.all(rivals.map(({ change }) => storage.commits.commit(change)));
          expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
          for (const outcome of outcomes)
            if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'StaleVersion', id: 'USD' });
        }
        expect(await balances(a)).toMatchObject([{ available: -20n, transfers: 20n, spendings: 2 }]);
        expect(await balances(b)).toMatchObject([{ available: 20n, transfers: -20n, spendings: 0 }]);
      });

      it('is never newer than the sums beside it', async () => {
        await take({ amount: 1_000n });
        let over = false;
        const seen: (readonly [bigint, number])[] = [];
        const reading = (async () => {
          while (!over)
            for (const { available, spendings } of await balances()) seen.push([available, spendings]);
        })();
        for (let spendings = 0; spendings < 20; spendings += 1)
          await commit(aTransfer({ amount: 10n, spendings }).change);
        over = true;
        await reading;
        for (const [available, spendings] of seen)
          expect(available).toBeLessThanOrEqual(1_000n - 10n * BigInt(spendings));
      });
    });
  });
}
