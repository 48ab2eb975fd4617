import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { addBalances, type Balance } from '../../domain/ledger/ledger.ts';
import { type LedgerTally, ledgerTallyKey } from '../../domain/ledger/ledger-tally.ts';
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
    mark = marked(mark, `${day} ${currency} ${status}`, all, sha256);
  }
  return mark;
};

/** The same of ledger tallies. */
export const markLedgerTallies = (
  before: TallyMark,
  tallies: Iterable<LedgerTally>,
  sha256: Sha256,
): TallyMark => {
  let mark = before;
  for (const tally of tallies)
    mark = marked(mark, ledgerTallyKey(tally), BigInt(tally.count) + (tally.amount << 64n), sha256);
  return mark;
};

/** An odd factor loses nothing of what it multiplies. */
const marked = (mark: TallyMark, key: string, all: bigint, sha256: Sha256): TallyMark =>
  BigInt.asUintN(256, mark + all * (BigInt(`0x${sha256(key)}`) | 1n));

/** What the parts of a tenant's sums came to, by currency, and how often each balance was spent from. */
export type StoredSums = Readonly<{
  balances: Map<string, Balance>;
  spent: Map<string, number>;
  tallies: TallyMark;
  ledgerTallies: TallyMark;
}>;

const noSums = (): StoredSums => ({
  balances: new Map(),
  spent: new Map(),
  tallies: NO_TALLIES,
  ledgerTallies: NO_TALLIES,
});

export const NO_SUMS: StoredSums = noSums();

/** Adds what a row holds to the sums of its tenant. */
export function addToSums(sums: Map<MerchantId, StoredSums>, row: StoredRow, sha256: Sha256): void {
  const { merchantId } = row;
  if (merchantId === undefined) return;
  if (row.type !== 'balance' && row.type !== 'summary' && row.type !== 'ledger_tally') return;
  const own = sums.get(merchantId) ?? noSums();
  sums.set(merchantId, own);
  if (row.type === 'summary') {
    sums.set(merchantId, { ...own, tallies: markTallies(own.tallies, row.parts, sha256) });
    return;
  }
  if (row.type === 'ledger_tally') {
    const ledgerTallies = markLedgerTallies(own.ledgerTallies, row.parts, sha256);
    sums.set(merchantId, { ...own, ledgerTallies });
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
