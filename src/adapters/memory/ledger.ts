import { okAsync } from 'neverthrow';
import { firstIdAt, lastIdAt } from '../../domain/kernel/ids.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { type MemoryStore, positionOf } from './store.ts';

export const memoryLedger = (store: MemoryStore): Ledger => ({
  list(merchantId, { currency, type, from, to }, { limit, before }) {
    const all = store.entriesOf.get(merchantId) ?? [];
    const oldest = from === undefined ? '' : firstIdAt('led', from);
    const newest = to === undefined ? undefined : lastIdAt('led', to);
    const found: LedgerEntry[] = [];
    let position = before === undefined ? all.length : positionOf(all, before);
    while (found.length < limit && position > 0) {
      const entry = all[--position];
      if (entry === undefined || entry.id < oldest) break;
      const isOfKind = type === undefined || entry.type === type;
      const isOfCurrency = currency === undefined || entry.amount.currency === currency;
      if (isOfKind && isOfCurrency && (newest === undefined || entry.id <= newest)) found.push(entry);
    }
    return okAsync(found);
  },
});
