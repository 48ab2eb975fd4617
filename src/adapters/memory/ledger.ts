import { okAsync } from 'neverthrow';
import type { Ledger } from '../../ports/ledger.ts';
import { type MemoryStore, positionOf } from './store.ts';

export const memoryLedger = (store: MemoryStore): Ledger => ({
  list(merchantId, { currency }, { limit, before }) {
    const all = store.entriesOf.get(merchantId) ?? [];
    const older = before === undefined ? all : all.slice(0, positionOf(all, before));
    return okAsync(
      older
        .filter(({ amount }) => currency === undefined || amount.currency === currency)
        .reverse()
        .slice(0, limit),
    );
  },
});
