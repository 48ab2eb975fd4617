import { type FileRow, isStatementRow, type ReadRow } from './file-row.ts';
import type { FileTotals } from './file-totals.ts';

/** More payouts than any file has; the rows of those beyond have the days that they say. */
const MOST_PAYOUTS = 1_000;

const nameOf = ({ payoutId, currency }: Pick<FileRow, 'payoutId' | 'currency'>): string =>
  `${payoutId} ${currency}`;

/** The totals with the day of a payout, when the row is one: the first of its name and currency that went to the bank. */
export function notePayout(totals: FileTotals, row: FileRow | undefined): FileTotals {
  if (row === undefined || !isStatementRow(row) || row.type !== 'payout' || row.amount < 0n) return totals;
  const { payouts = {} } = totals;
  const name = nameOf(row);
  if (Object.hasOwn(payouts, name) || Object.keys(payouts).length >= MOST_PAYOUTS) return totals;
  return { ...totals, payouts: { ...payouts, [name]: row.settledOn } };
}

/** Reads rows as settled on the day of their payout, where the file has told it. */
export function onPayoutDays(read: ReadRow, { payouts }: FileTotals): ReadRow {
  if (payouts === undefined) return read;
  return (cells, line) =>
    read(cells, line).map((row) => {
      const name = nameOf(row);
      const settledOn = Object.hasOwn(payouts, name) ? payouts[name] : undefined;
      return settledOn === undefined ? row : { ...row, settledOn };
    });
}
