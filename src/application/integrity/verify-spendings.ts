import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { IntegrityFinding } from './integrity-finding.ts';

/** How often each merchant's balance of a currency was spent from, as its row says. */
export type Spendings = ReadonlyMap<MerchantId, ReadonlyMap<string, number>>;

/** How often it must have been by the entries of a currency, at least and at most. */
export type SpendingBounds = ReadonlyMap<string, Readonly<{ least: number; most: number }>>;

/**
 * The entries' part of the bounds. Each transfer spends, and a refund's hold may: only where refunds need the balance. What came
 * after `cut` the row may not have said yet when it was read.
 */
export function boundsOf(entries: readonly LedgerEntry[], cut: Instant): SpendingBounds {
  const bounds = new Map<string, Readonly<{ least: number; most: number }>>();
  for (const { type, createdAt, amount } of entries) {
    if (type !== 'transfer_out' && type !== 'refund_hold') continue;
    const { least, most } = bounds.get(amount.currency) ?? NONE;
    const isOwed = type === 'transfer_out' && createdAt <= cut;
    bounds.set(amount.currency, { least: least + (isOwed ? 1 : 0), most: most + 1 });
  }
  return bounds;
}

const NONE = { least: 0, most: 0 };

export function addBounds(a: SpendingBounds, b: SpendingBounds): SpendingBounds {
  const sums = new Map(a);
  for (const [currency, { least, most }] of b) {
    const sum = sums.get(currency) ?? NONE;
    sums.set(currency, { least: sum.least + least, most: sum.most + most });
  }
  return sums;
}

/** The currencies whose balance was spent from less or more often than its entries allow. */
export function faultsOfSpendings(
  merchantId: MerchantId,
  stored: Spendings,
  bounds: SpendingBounds,
): readonly IntegrityFinding[] {
  const own = stored.get(merchantId);
  const currencies = [...new Set([...(own?.keys() ?? []), ...bounds.keys()])].sort();
  return currencies.flatMap((id): IntegrityFinding[] => {
    const spendings = own?.get(id) ?? 0;
    const { least, most } = bounds.get(id) ?? NONE;
    if (spendings >= least && spendings <= most) return [];
    const detail = `it was spent from ${spendings} times, its entries say ${least} to ${most}`;
    return [{ kind: 'BadRow', merchantId, row: 'balance', id, fault: 'sum', detail }];
  });
}
