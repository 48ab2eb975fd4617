import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import { ascending, dynamodbAggregates } from './aggregates.ts';
import { attempt } from './faults.ts';
import { aggregateOf } from './items.ts';
import { queryItems, type Read } from './reads.ts';
import { aggregateKey, type Table, TENANTS_PARTITION } from './table.ts';

export const dynamodbMerchants = (table: Table, read: Read): Merchants => ({
  find: (id) => dynamodbAggregates(table, read).find(id, 'merchant', id),
  list: ({ limit, after }) =>
    attempt(async () => {
      const tenants = await queryItems(table, ascending(TENANTS_PARTITION, after), limit);
      const ids = tenants.map(({ sk }) => sk as MerchantId);
      return Promise.all(ids.map((id) => read(aggregateKey(id, 'merchant', id))));
    }).map((items) => items.flatMap((item) => (item === undefined ? [] : [aggregateOf('merchant', item)]))),
});
