import { timeDigits } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Ledger, LedgerFilter } from '../../ports/ledger.ts';
import { attempt } from './faults.ts';
import { ledgerEntryOf } from './ledger-items.ts';
import { newestOf } from './newest.ts';
import type { PartitionQuery } from './reads.ts';
import { ledgerPartitions, type Table } from './table.ts';

/** A page of one currency or type reads past the entries of all others. */
export const dynamodbLedger = (table: Table): Ledger => ({
  list: (merchantId, filter, page) =>
    attempt(async () => {
      const { low, high } = rangeOf(filter, page.before);
      if (page.limit <= 0 || low > high) return [];
      const conditions = conditionsOf(filter);
      const queries = ledgerPartitions(merchantId).map(
        (pk): PartitionQuery => ({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ...conditions,
          ExpressionAttributeValues: {
            ':pk': pk,
            ':low': low,
            ':high': high,
            ...conditions.ExpressionAttributeValues,
          },
        }),
      );
      return newestOf(table, queries, page);
    }).map((items) => items.map((item) => ledgerEntryOf(item, merchantId))),
});

/** Ids begin with their entry's time; 'g' sorts behind every hex digit. */
function rangeOf({ from, to }: LedgerFilter, before: string | undefined) {
  const low = from === undefined ? 'led_' : `led_${timeDigits(from)}`;
  const high = to === undefined ? 'led_g' : `led_${timeDigits(to)}g`;
  return { low, high: before !== undefined && before < high ? before : high };
}

type Conditions = Readonly<{
  FilterExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
}>;

/** The type is what an entry's record begins with. */
function conditionsOf({ currency, type }: LedgerFilter): Conditions {
  const conditions = [
    ...(currency === undefined ? [] : ['currency = :currency']),
    ...(type === undefined ? [] : ['begins_with(#record, :type)']),
  ];
  return {
    ...(conditions.length === 0 ? {} : { FilterExpression: conditions.join(' AND ') }),
    ...(type === undefined ? {} : { ExpressionAttributeNames: { '#record': 'record' } }),
    ExpressionAttributeValues: present({
      ':currency': currency,
      ':type': type === undefined ? undefined : `{"type":"${type}",`,
    }),
  };
}
