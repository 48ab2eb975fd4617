import type { Sha256 } from '../kernel/audit-chain.ts';
import { whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { missingKey } from './exception.ts';
import { isStatementRow } from './file-row.ts';
import type { MatchedRow } from './match-row.ts';
import { rowKey } from './row-key.ts';

/** What exceptions of earlier rows and files say, by their unique keys: that there is one of this very row, or that its transaction was taken as not paid. */
export type KnownExceptions = (key: string) => boolean;

/**
 * A row as it is for those who have seen earlier ones. One that did not match and says the very same as an earlier one is a duplicate: its difference is
 * decided once, however many files have it. One that pays what a person took as never paid is a duplicate too, and differs by all that it pays.
 */
export function seenAgain(matched: MatchedRow, isKnown: KnownExceptions, sha256: Sha256): MatchedRow {
  if (matched.row.isErr()) return matched;
  const late = paidAfterAll(matched, isKnown);
  const { outcome, row, differences, transaction } = late;
  const isException =
    outcome === 'mismatched' ||
    outcome === 'missing_here' ||
    (outcome === 'duplicate' && differences.length > 0);
  const key = isException ? rowKey(matched.row.value, sha256) : undefined;
  if (key === undefined) return late;
  return isKnown(key)
    ? { outcome: 'duplicate', row, differences: [], ...present({ transaction }) }
    : { ...late, rowKey: key };
}

/** A row of a settled transaction that a person took as never paid differs by all that it pays. */
export function paidAfterAll(matched: MatchedRow, isKnown: KnownExceptions): MatchedRow {
  const { outcome, row, differences, transaction } = matched;
  if (outcome !== 'duplicate' || differences.length > 0 || row.isErr() || isStatementRow(row.value))
    return matched;
  const { status, amount } = row.value;
  if (status !== 'settled' || transaction === undefined || !isKnown(missingKey(transaction.id)))
    return matched;
  const theirs = whole(amount ?? transaction.amount.minorUnits);
  return { ...matched, differences: [{ field: 'amount', ours: 0, theirs }] };
}
