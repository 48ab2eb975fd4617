import { okAsync } from 'neverthrow';
import type { Merchants } from '../../ports/merchants.ts';
import type { MemoryStore } from './store.ts';

export const memoryMerchants = (store: MemoryStore): Merchants => ({
  find: (id) => okAsync(store.merchants.get(id)),
  addIfAbsent(merchant) {
    if (!store.merchants.has(merchant.id)) store.merchants.set(merchant.id, merchant);
    return okAsync(undefined);
  },
});
