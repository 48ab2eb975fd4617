import { beforeEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../src/domain/kernel/day.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { type LedgerEntry, type LedgerEntryType, ledgerEntry } from '../../src/domain/ledger/ledger.ts';
import type { LedgerTally } from '../../src/domain/ledger/ledger-tally.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, ports } from '../fixtures/changes.ts';
import { sortedTallies, tallied } from '../support/ledger-tallies.ts';

const DAY = 86_400_000;

/** What every `LedgerTallies` adapter promises. */
export function ledgerTalliesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Ledger tallies contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const a = aMerchantId();
    const commit = async (change: Change) => (await storage.commits.commit(change))._unsafeUnwrap();
    const tallies = async (range: { from?: string; to?: string } = {}, merchantId = a) =>
      sortedTallies((await storage.ledgerTallies.of(merchantId, range))._unsafeUnwrap());

    type Parts = Parameters<typeof anOpening>[0] & Readonly<{ postedAt?: number; fee?: bigint }>;

    /** A payment's outcome that posts entries of these types too, on a day of their own. */
    async function anOutcome(types: readonly LedgerEntryType[], parts: Parts = {}): Promise<Change> {
      const { postedAt = NOON + 100, fee = 7n, ...order } = parts;
      const opening = anOpening(order);
      await commit(opening.change);
      const success = aSuccess(opening);
      const [capture] = success.entries;
      if (capture === undefined || !('paymentId' in capture)) throw new Error('the payment posts nothing');
      const { merchantId, paymentId, transactionId, amount } = capture;
      const posted = types.map((type) =>
        ledgerEntry({
          id: ports.ids.ledgerEntry(postedAt),
          merchantId,
          type,
          amount: money(fee, amount.currency),
          paymentId,
          transactionId,
          createdAt: postedAt,
        }),
      );
      return { ...success, entries: [...success.entries, ...posted] };
    }

    async function post(
      types: readonly LedgerEntryType[],
      parts: Parts = {},
    ): Promise<readonly LedgerEntry[]> {
      const change = await anOutcome(types, parts);
      await commit(change);
      return change.entries;
    }

    it('say nothing of captures, and of each fee and dispute on the day on which it was posted', async () => {
      await post([]);
      expect(await tallies()).toEqual([]);
      const entries = await post(
        ['fee', 'chargeback', 'chargeback_reversal', 'fee_refund', 'fee', 'adjustment_debit'],
        { postedAt: NOON + 3 * DAY },
      );
      const expected = (type: LedgerTally['type'], count: number) =>
        ({
          merchantId: a,
          day: dayOf(NOON + 3 * DAY),
          currency: 'USD',
          type,
          count,
          amount: BigInt(count) * 7n,
        }) as const;
      expect(await tallies()).toEqual([
        expected('chargeback', 1),
        expected('chargeback_reversal', 1),
        expected('fee', 2),
        expected('fee_refund', 1),
      ]);
      expect(tallied(entries)).toEqual(await tallies());
    });

    it('keep tenants, days and currencies apart, and add up within them', async () => {
      const entries: LedgerEntry[] = [];
      for (const postedAt of [NOON, NOON + DAY])
        for (const currency of ['USD', 'EUR'] as const)
          for (const fee of [100n, 250n])
            entries.push(...(await post(['fee', 'chargeback'], { postedAt, currency, fee })));
      const other = await post(['fee'], { merchantId: aMerchantId('merchant-b') });
      expect(await tallies()).toEqual(tallied(entries));
      expect(await tallies()).toHaveLength(8);
      expect(await tallies({}, aMerchantId('merchant-b'))).toEqual(tallied(other));
      expect(await tallies({}, aMerchantId('merchant-c'))).toEqual([]);
    });

    it('are of the days asked for, both bounds included', async () => {
      const last = Date.UTC(2026, 2, 1, 23, 59, 59, 999);
      const posted = await Promise.all(
        [last, last + 1, last + DAY, last + 1 + DAY].map((postedAt) => post(['fee'], { postedAt })),
      );
      const within = (from: string, to: string) =>
        tallied(posted.flat().filter(({ createdAt }) => from <= dayOf(createdAt) && dayOf(createdAt) <= to));
      expect(await tallies({ from: '2026-03-02', to: '2026-03-02' })).toEqual(
        within('2026-03-02', '2026-03-02'),
      );
      expect(await tallies({ from: '2026-03-02' })).toEqual(within('2026-03-02', '9999-12-31'));
      expect(await tallies({ to: '2026-03-01' })).toEqual(within('0000-01-01', '2026-03-01'));
      expect(await tallies({ from: '2027-01-01' })).toEqual([]);
      expect(await tallies({ from: '2026-03-03', to: '2026-03-02' })).toEqual([]);
    });

    it('keep every digit, of sums beyond 64 bits too', async () => {
      const fee = 2n ** 62n + 1n;
      const posted = await Promise.all(Array.from({ length: 5 }, () => post(['fee'], { fee })));
      expect(await tallies()).toEqual(tallied(posted.flat()));
    });

    it('have every one of many at once, the repeated once and the refused never', async () => {
      const changes = await Promise.all(
        Array.from({ length: 40 }, (_, n) => anOutcome(['fee'], { fee: BigInt(n + 1) })),
      );
      const stale = changes.map((change) => ({
        ...change,
        ...(change.claim && { claim: { ...change.claim, expected: 9 } }),
      }));
      await Promise.all([...changes, ...stale, ...changes].map((change) => storage.commits.commit(change)));
      expect(await tallies()).toEqual(tallied(changes.flatMap(({ entries }) => entries)));
    });
  });
}
