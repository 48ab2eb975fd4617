import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Whole } from '../../domain/kernel/json.ts';
import { causeIdOf, type LedgerEntry } from '../../domain/ledger/ledger.ts';
import {
  addLedgerTallies,
  type LedgerTally,
  ledgerTalliesOf,
  TALLIED_TYPES,
} from '../../domain/ledger/ledger-tally.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import { attempt } from './faults.ts';
import type { Item } from './items.ts';
import { queryDays } from './reads.ts';
import { ledgerTallyKey, ledgerTallyPartitions } from './sum-keys.ts';
import { type Addition, merged } from './sums.ts';
import type { Table } from './table.ts';

/** Reads 128 partitions, and of each one small item for each day and currency. */
export const dynamodbLedgerTallies = (table: Table): LedgerTallies => ({
  of: (merchantId, range) =>
    attempt(() => queryDays(table, ledgerTallyPartitions(merchantId), range)).map((items) =>
      ledgerTalliesIn(merchantId, items),
    ),
});

/** What the entries of one change add to tallies: one item for each day and currency. */
export function ledgerTallyAdditions(entries: readonly LedgerEntry[]): readonly Addition[] {
  const [first] = entries;
  if (first === undefined) return [];
  return merged(
    ledgerTalliesOf(entries).map((tally) => ({
      key: ledgerTallyKey(tally.merchantId, causeIdOf(first), tally),
      amounts: { [`${tally.type}#count`]: BigInt(tally.count), [`${tally.type}#amount`]: tally.amount },
    })),
  );
}

/** What all items of a merchant's ledger tallies add up to. */
export function ledgerTalliesIn(merchantId: MerchantId, items: readonly Item[]): readonly LedgerTally[] {
  const tallies = new Map<string, LedgerTally>();
  for (const item of items) {
    const [day = '', currency = ''] = String(item['sk']).split('#');
    const of = (name: string) => BigInt((item[name] ?? 0) as Whole);
    const parts = TALLIED_TYPES.map((type) => ({
      merchantId,
      day,
      currency: storedCurrency(currency),
      type,
      count: Number(of(`${type}#count`)),
      amount: of(`${type}#amount`),
    }));
    addLedgerTallies(
      tallies,
      parts.filter(({ count, amount }) => count !== 0 || amount !== 0n),
    );
  }
  return [...tallies.values()];
}
