import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { type LedgerEntry } from '../ledger/ledger.ts';

/** What one account was debited and credited on one day (UTC) by entries of one type, in minor units. */
export type JournalRow = Readonly<{
  date: string;
  account: string;
  type: string;
  currency: string;
  debit: Whole;
  credit: Whole;
  entries: number;
}>;

/** One day as far as it was read; a value that a checkpoint holds. */
export type JournalDay = Readonly<{ date: string; rows: Readonly<Record<string, JournalRow>> }>;

export const dayOf = (instant: Instant): string => rfc3339(instant).slice(0, 'YYYY-MM-DD'.length);

export const emptyDay = (date: string): JournalDay => ({ date, rows: {} });

/** The day with an entry more: on both of its accounts, so that debits equal credits in each currency. */
export function addToDay({ date, rows }: JournalDay, entry: LedgerEntry): JournalDay {
  const { type, debit, credit, amount } = entry;
  const add = (account: string, debited: bigint, credited: bigint): JournalRow => {
    const before = rows[keyOf(account)];
    return {
      date,
      account,
      type,
      currency: amount.currency,
      debit: whole(BigInt(before?.debit ?? 0) + debited),
      credit: whole(BigInt(before?.credit ?? 0) + credited),
      entries: (before?.entries ?? 0) + 1,
    };
  };
  const keyOf = (account: string) => `${account} ${type} ${amount.currency}`;
  return {
    date,
    rows: {
      ...rows,
      [keyOf(debit)]: add(debit, amount.minorUnits, 0n),
      [keyOf(credit)]: add(credit, 0n, amount.minorUnits),
    },
  };
}

/** By account, type and currency. */
export const rowsOfDay = ({ rows }: JournalDay): readonly JournalRow[] =>
  Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
