import { okAsync } from 'neverthrow';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { type MemoryStore, positionOf } from './store.ts';

export const memoryLedger = (store: MemoryStore): Ledger => ({
  list(merchantId, { currency }, { limit, before }) {
    const all = store.entriesOf.get(merchantId) ?? [];
    const found: LedgerEntry[] = [];
    let position = before === undefined ? all.length : positionOf(all, before);
    while (found.length < limit && position > 0) {
      const entry = all[--position];
      if (entry !== undefined && (currency === undefined || entry.amount.currency === currency))
        found.push(entry);
    }
    return okAsync(found);
  },
});
