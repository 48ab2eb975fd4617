import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { addBalances, type Balance } from '../../domain/ledger/ledger.ts';
import type { Tally } from '../../domain/payments/tally.ts';
import type { StoredRow } from '../../ports/stored-rows.ts';

/**
 * Stands for any sums in constant memory: those of all parts come to that of the whole, in any order. Sums that differ differ in it,
 * but for those that were made to have the same.
 */
export type TallyMark = bigint;

export const NO_TALLIES: TallyMark = 0n;

export const markTallies = (before: TallyMark, tallies: Iterable<Tally>, sha256: Sha256): TallyMark => {
  let mark = before;
  for (const { day, currency, status, count, amount, captured, refunded } of tallies) {
    const all = BigInt(count) + (amount << 64n) + (captured << 128n) + (refunded << 192n);
    // An odd factor loses nothing of what it multiplies.
    const factor = BigInt(`0x${sha256(`${day} ${currency} ${status}`)}`) | 1n;
    mark = BigInt.asUintN(256, mark + all * factor);
  }
  return mark;
};

/** What the parts of a tenant's sums came to, by currency, and how often each balance was spent from. */
export type StoredSums = Readonly<{
  balances: Map<string, Balance>;
  spent: Map<string, number>;
  tallies: TallyMark;
}>;

export const NO_SUMS: StoredSums = { balances: new Map(), spent: new Map(), tallies: NO_TALLIES };

/** Adds what a row holds to the sums of its tenant. */
export function addToSums(sums: Map<MerchantId, StoredSums>, row: StoredRow, sha256: Sha256): void {
  const { merchantId } = row;
  if (merchantId === undefined || (row.type !== 'balance' && row.type !== 'summary')) return;
  const own = sums.get(merchantId) ?? { balances: new Map(), spent: new Map(), tallies: NO_TALLIES };
  sums.set(merchantId, own);
  if (row.type === 'summary') {
    sums.set(merchantId, { ...own, tallies: markTallies(own.tallies, row.parts, sha256) });
    return;
  }
  const { part, spent } = row;
  if (part !== undefined) {
    const before = own.balances.get(part.currency);
    own.balances.set(part.currency, before === undefined ? part : addBalances(before, part));
  }
  if (spent !== undefined)
    own.spent.set(spent.currency, (own.spent.get(spent.currency) ?? 0) + spent.spendings);
}
