import { dayOf } from '../../src/domain/kernel/day.ts';
import type { LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import { type LedgerTally, TALLIED_TYPES } from '../../src/domain/ledger/ledger-tally.ts';

const keyOf = ({ merchantId, day, currency, type }: LedgerTally): string =>
  `${merchantId} ${day} ${currency} ${type}`;

export const sortedTallies = (tallies: readonly LedgerTally[]): readonly LedgerTally[] =>
  tallies.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** What entries come to, one by one: said a second time, and in another way than the code that keeps it. */
export function tallied(entries: readonly LedgerEntry[]): readonly LedgerTally[] {
  const parts = TALLIED_TYPES.flatMap((type) =>
    entries
      .filter((entry) => entry.type === type)
      .map(({ merchantId, createdAt, amount: { currency, minorUnits: amount } }) => ({
        merchantId,
        day: dayOf(createdAt),
        currency,
        type,
        count: 1,
        amount,
      })),
  );
  return sortedTallies(
    [...Map.groupBy(parts, keyOf).values()].map((group) =>
      group.reduce((sum, { count, amount }) => ({
        ...sum,
        count: sum.count + count,
        amount: sum.amount + amount,
      })),
    ),
  );
}
