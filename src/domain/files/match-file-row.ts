import type { Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import { type FileRow, isStatementRow, type RowRejected } from './file-row.ts';
import { type Books, type MatchedRow, matchTransactionRow, type Tolerance } from './match-row.ts';
import { matchStatementRow } from './match-statement-row.ts';

/** What becomes of one row of a file. */
export function matchRow(
  read: Result<FileRow, RowRejected>,
  books: Books,
  tolerance: Tolerance,
  now: Instant,
): MatchedRow {
  if (read.isErr()) return { outcome: 'rejected', row: read, differences: [] };
  return isStatementRow(read.value)
    ? matchStatementRow(read.value, books, tolerance)
    : matchTransactionRow(read.value, books, tolerance, now);
}
