import { okAsync } from 'neverthrow';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import { addLedgerTallies, type LedgerTally, ledgerTalliesOf } from '../../domain/ledger/ledger-tally.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import type { MemoryStore } from './store.ts';

export const memoryLedgerTallies = (store: MemoryStore): LedgerTallies => ({
  of: (merchantId, { from = '', to = '9999-12-31' }) =>
    okAsync(
      [...(store.ledgerTalliesOf.get(merchantId)?.values() ?? [])].filter(
        ({ day }) => from <= day && day <= to,
      ),
    ),
});

export function addToLedgerTallies(store: MemoryStore, entries: readonly LedgerEntry[]): void {
  for (const tally of ledgerTalliesOf(entries)) {
    const sums = store.ledgerTalliesOf.get(tally.merchantId) ?? new Map<string, LedgerTally>();
    store.ledgerTalliesOf.set(tally.merchantId, sums);
    addLedgerTallies(sums, [tally]);
  }
}
