import { okAsync } from 'neverthrow';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import { memoryAggregates } from './aggregates.ts';
import type { MemoryStore } from './store.ts';

export const memoryMerchants = (store: MemoryStore): Merchants => ({
  find: (id) => memoryAggregates(store).find(id, 'merchant', id),
  list: ({ limit, after = '' }) =>
    okAsync(
      [...store.aggregates.values()]
        .map(({ aggregate }) => aggregate)
        .filter((aggregate): aggregate is Merchant => aggregate.kind === 'merchant' && aggregate.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    ),
});
