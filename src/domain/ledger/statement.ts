import type { CurrencyCode } from '../kernel/currency.ts';
import type { LedgerEntryId } from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import type { Account, LedgerEntry } from './ledger.ts';
import { type LedgerEntryRecord, ledgerEntryRecord } from './ledger-record.ts';

/** What an entry adds to an account, below zero where it leaves it; 0 where it is of others. */
export const changeOf = ({ debit, credit, amount }: LedgerEntry, account: Account): bigint => {
  if (credit === account) return amount.minorUnits;
  return debit === account ? -amount.minorUnits : 0n;
};

/** An entry of the account, and the balance with it. */
export type StatementLine = Readonly<{
  id: LedgerEntryId;
  entry: LedgerEntry;
  change: bigint;
  balanceAfter: bigint;
}>;

/** Which account, and up to when; without a beginning from the first entry on. */
export type StatementTerms = Readonly<{
  currency: CurrencyCode;
  account: Account;
  from?: Instant;
  to: Instant;
}>;

/** Minor units, credits less debits. `closing` is `opening` with all changes of the lines, which are the newest first. */
export type Statement = StatementTerms &
  Readonly<{
    opening: bigint;
    closing: bigint;
    credits: bigint;
    debits: bigint;
    lines: readonly StatementLine[];
  }>;

/** Goes back from what the account has now, over `entries`: all of its currency since the beginning, newest first. */
export function statementOf(now: bigint, entries: readonly LedgerEntry[], terms: StatementTerms): Statement {
  let balance = now;
  let closing: bigint | undefined;
  let credits = 0n;
  let debits = 0n;
  const lines: StatementLine[] = [];
  for (const entry of entries) {
    const change = changeOf(entry, terms.account);
    if (entry.createdAt <= terms.to) {
      closing ??= balance;
      if (change !== 0n) lines.push({ id: entry.id, entry, change, balanceAfter: balance });
      if (change > 0n) credits += change;
      else debits -= change;
    }
    balance -= change;
  }
  return { ...terms, opening: balance, closing: closing ?? balance, credits, debits, lines };
}

/** A line under the names it is published with. */
export type StatementLineRecord = LedgerEntryRecord & Readonly<{ change: Whole; balance_after: Whole }>;

export const statementLineRecord = ({ entry, change, balanceAfter }: StatementLine): StatementLineRecord => ({
  ...ledgerEntryRecord(entry),
  change: whole(change),
  balance_after: whole(balanceAfter),
});

/** All of a statement but its lines, under the names it is published with. */
export const statementRecord = ({ currency, account, from, to, lines, ...sums }: Statement) => ({
  currency,
  account,
  start_date: from === undefined ? null : rfc3339(from),
  end_date: rfc3339(to),
  opening_balance: whole(sums.opening),
  closing_balance: whole(sums.closing),
  credits: whole(sums.credits),
  debits: whole(sums.debits),
  entry_count: lines.length,
});
