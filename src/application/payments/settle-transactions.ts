import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { feePosting, type LedgerEntry, ledgerEntry } from '../../domain/ledger/ledger.ts';
import { feeOf, type Transaction } from '../../domain/payments/transaction.ts';
import type { Change } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { auditedTransaction } from './payment-change.ts';

/** A transaction as a file settles it. */
export type Settlement = Readonly<{ before: Transaction; next: Transaction }>;

/** How many rows of a change one settlement takes, balances apart: the transaction, its link, and a fee's entry. */
export const ROWS_PER_SETTLEMENT = 3;

/** The ledger entry of a fee that was not known before. */
export function entriesOfSettlement(
  { ids }: Readonly<{ ids: Ids }>,
  { before, next }: Settlement,
  at: Instant,
): readonly LedgerEntry[] {
  const { merchantId, paymentId, id: transactionId } = next;
  if (next.status === 'pending' || before.status === 'pending' || before.fee !== undefined) return [];
  const fee = feeOf(next, next.amount.currency);
  if (fee === undefined) return [];
  const id = ids.ledgerEntry(at);
  return [ledgerEntry({ id, merchantId, ...feePosting(fee), paymentId, transactionId, createdAt: at })];
}

/** What a change holds for transactions that are settled: each with its link. Their payments stay as they are. */
export function settlementsChange(
  ports: Readonly<{ ids: Ids; digests: Digests }>,
  { at, origin }: Readonly<{ at: Instant; origin: Origin }>,
  settlements: readonly Settlement[],
): Pick<Change, 'transactions' | 'audit'> {
  const audited = settlements.map((each) => auditedTransaction(ports, { at, origin }, each));
  return {
    transactions: audited.map(({ expected, stored }) => ({ expected, next: stored })),
    audit: audited.map(({ entry }) => entry),
  };
}
