import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import type { Balances } from '../../ports/balances.ts';
import { attempt } from './faults.ts';
import type { Item } from './items.ts';
import { currentBalances } from './ledger-items.ts';
import { queryItems, type Read, within } from './reads.ts';
import { balancePartitions, spendingPartition } from './sum-keys.ts';
import { type Table } from './table.ts';

/**
 * A balance is the sum of 129 items. One currency is two batches of reads behind a read of what was spent; all currencies
 * are one query of each of their 129 partitions, because no item says which there are: every payment would have to write
 * it.
 */
export const dynamodbBalances = (table: Table, read: Read): Balances => ({
  of: (merchantId, currency) =>
    attempt(async () => {
      // Whatever paid for something spent was there before it was, so what was spent is read first.
      const spent = await partsIn(table, read, [spendingPartition(merchantId)], currency);
      return [...spent, ...(await partsIn(table, read, balancePartitions(merchantId), currency))];
    }).map((parts) => currentBalances(merchantId, parts)),
});

async function partsIn(
  table: Table,
  read: Read,
  partitions: readonly string[],
  currency: CurrencyCode | undefined,
): Promise<readonly Item[]> {
  const found = await Promise.all(
    partitions.map(async (pk) =>
      currency === undefined ? queryItems(table, within(pk)) : [await read({ pk, sk: currency })],
    ),
  );
  return found.flat().filter((item) => item !== undefined);
}
