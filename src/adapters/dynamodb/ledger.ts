import { present } from '../../domain/kernel/present.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { attempt } from './faults.ts';
import { ledgerEntryOf } from './ledger-items.ts';
import { newestOf } from './newest.ts';
import type { PartitionQuery } from './reads.ts';
import { ledgerPartitions, type Table } from './table.ts';

/** A page of one currency reads past the entries of all others. */
export const dynamodbLedger = (table: Table): Ledger => ({
  list: (merchantId, { currency }, page) =>
    attempt(async () => {
      if (page.limit <= 0) return [];
      const queries = ledgerPartitions(merchantId).map(
        (pk): PartitionQuery => ({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: {
            ':pk': pk,
            ':low': 'led_',
            ':high': page.before ?? 'led_g',
            ...present({ ':currency': currency }),
          },
          ...(currency === undefined ? {} : { FilterExpression: 'currency = :currency' }),
        }),
      );
      return newestOf(table, queries, page);
    }).map((items) => items.map((item) => ledgerEntryOf(item, merchantId))),
});
