import type { Schemas } from '../api/api.ts';

type Entry = Schemas['LedgerEntry'];

/** One side of an entry: what moved, and for which. */
type Line = Readonly<{ id: string; type: string; amount: bigint }>;

/** An account as books have it: debits at the left, credits at the right, and what is left over on either side. */
export type TAccount = Readonly<{
  account: string;
  debits: readonly Line[];
  credits: readonly Line[];
  /** Credits less debits. */
  balance: bigint;
}>;

const sumOf = (lines: readonly Line[]): bigint => lines.reduce((sum, { amount }) => sum + amount, 0n);

/** The accounts that the entries move money between, as they come up, oldest entry first; together their balances are 0. */
export function tAccountsOf(entries: readonly Entry[]): readonly TAccount[] {
  const oldestFirst = entries.toReversed();
  const names = [...new Set(oldestFirst.flatMap(({ debit, credit }) => [debit, credit]))];
  return names.map((account) => {
    const side = (of: 'debit' | 'credit') =>
      oldestFirst
        .filter((entry) => entry[of] === account)
        .map(({ id, type, amount }) => ({ id, type, amount: BigInt(amount) }));
    const [debits, credits] = [side('debit'), side('credit')];
    return { account, debits, credits, balance: sumOf(credits) - sumOf(debits) };
  });
}
