import { okAsync, Result, ResultAsync } from 'neverthrow';
import { type FileRow, isStatementRow, type StatementRow } from '../../domain/files/file-row.ts';
import type { MatchedRow } from '../../domain/files/match-row.ts';
import {
  keyOfRow,
  openStatementLine,
  type StatementLine,
  statementKey,
  statementLineEntries,
} from '../../domain/files/statement-line.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { RowContributor, RowEffects } from './row-effects.ts';

/** A row that stands for itself and matches is a line of the processor's statement from then on, with its ledger entries. */
export const statementLineRows =
  ({ ids }: Readonly<{ ids: Ids }>): RowContributor =>
  ({ reconciliation: { id: reconciliationId, merchantId }, now: createdAt }) =>
    okAsync(({ outcome, row, transaction }: MatchedRow): RowEffects => {
      if (row.isErr() || !isStatementRow(row.value)) return {};
      if (outcome !== 'matched' && outcome !== 'matched_within_tolerance') return {};
      const id = ids.statementLine(createdAt);
      const next = openStatementLine(row.value, transaction, { id, merchantId, reconciliationId, createdAt });
      return {
        aggregates: [{ action: 'statement_line.opened', next, takes: [keyOfRow(row.value)] }],
        entries: statementLineEntries(next, () => ids.ledgerEntry(createdAt)),
      };
    });

/** So many are looked for at once: few files are of such lines alone. */
const AT_ONCE = 16;

/** The lines on record that rows would be duplicates of, and the chargebacks that they reverse, by key. */
export const storedLines = (
  aggregates: Aggregates,
  merchantId: MerchantId,
  rows: readonly FileRow[],
): ResultAsync<ReadonlyMap<string, StatementLine>, StorageUnavailable> => {
  const keys = [...new Set(rows.flatMap((row) => (isStatementRow(row) ? keysOf(row) : [])))];
  return inParallel(keys, AT_ONCE, (key) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(
        aggregates
          .findByKey(merchantId, 'statement_line', key)
          .map((line): readonly (readonly [string, StatementLine])[] => (line ? [[key, line]] : [])),
      ),
    ),
  ).andThen((found) => Result.combine([...found]).map((lines) => new Map(lines.flat())));
};

const keysOf = (row: StatementRow): readonly string[] =>
  row.type === 'chargeback_reversal'
    ? [keyOfRow(row), statementKey('chargeback', row.reference)]
    : [keyOfRow(row)];
