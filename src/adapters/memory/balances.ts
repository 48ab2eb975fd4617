import { okAsync } from 'neverthrow';
import { addBalances, balancesOf, emptyBalance, type LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Balances } from '../../ports/balances.ts';
import { balanceKeyText, type MemoryStore } from './store.ts';

export const memoryBalances = (store: MemoryStore): Balances => ({
  of: (merchantId, currency) =>
    okAsync(
      [...store.balances.values()]
        .filter((balance) => balance.merchantId === merchantId)
        .filter((balance) => currency === undefined || balance.currency === currency)
        .sort((a, b) => (a.currency < b.currency ? -1 : 1))
        .map((balance) => ({
          ...balance,
          spendings: store.spendings.get(balanceKeyText(merchantId, balance.currency)) ?? 0,
        })),
    ),
});

export function addToBalances(store: MemoryStore, entries: readonly LedgerEntry[]): void {
  for (const sums of balancesOf(entries)) {
    const key = balanceKeyText(sums.merchantId, sums.currency);
    const before = store.balances.get(key) ?? emptyBalance(sums.merchantId, sums.currency);
    store.balances.set(key, addBalances(before, sums));
  }
}
