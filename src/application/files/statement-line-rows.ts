import { okAsync, Result, ResultAsync } from 'neverthrow';
import { type FileRow, isStatementRow, type StatementRow } from '../../domain/files/file-row.ts';
import { type Books, capturesDisputed, type MatchedRow } from '../../domain/files/match-row.ts';
import {
  type Chargebacks,
  chargebackKey,
  chargebacksAfter,
  fileLine,
  keyOfRow,
  keysOfLine,
  openStatementLine,
  type StatementLine,
  statementKey,
  statementLineEntries,
} from '../../domain/files/statement-line.ts';
import type { MerchantId, TransactionId } from '../../domain/kernel/ids.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { lastInSequence } from './last-in-sequence.ts';
import type { MatchReads } from './left-by-steps.ts';
import { NO_EFFECTS, type RowContributor, type RowEffects } from './row-effects.ts';

/**
 * A row that stands for itself and matches is a line of the processor's statement from then on, with its ledger entries; where the
 * line was announced they are posted, and the row says where it stands.
 */
export const statementLineRows =
  ({ ids }: Readonly<{ ids: Ids }>): RowContributor =>
  ({ reconciliation: { id: reconciliationId, merchantId }, books, now: createdAt }) =>
    okAsync(({ outcome, row, transaction, announced }: MatchedRow): RowEffects => {
      if (row.isErr() || !isStatementRow(row.value)) return NO_EFFECTS;
      if (outcome !== 'matched' && outcome !== 'matched_within_tolerance') return NO_EFFECTS;
      if (announced !== undefined) {
        const filed = fileLine(announced, row.value, reconciliationId);
        return { aggregates: [{ action: 'statement_line.filed', before: announced, next: filed }] };
      }
      const id = ids.statementLine(createdAt);
      const known = { id, merchantId, reconciliationId, createdAt };
      const before = transaction && books.chargebacksOf(transaction.id);
      const next = openStatementLine(row.value, transaction, known, chargebacksAfter(row.value, before));
      return {
        aggregates: [{ action: 'statement_line.opened', next, takes: keysOfLine(next) }],
        entries: statementLineEntries(next, () => ids.ledgerEntry(createdAt)),
      };
    });

/** So many are looked for at once: few files are of such lines alone. */
const AT_ONCE = 16;

/** The lines on record that rows would be duplicates of, and the chargebacks that they reverse, by key. */
export const storedLines = (
  aggregates: MatchReads['aggregates'],
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

/**
 * What is charged back of each transaction that rows charge back or reverse, or may, as the lines on record leave it. A search for the last of
 * a transaction's lines: one read where there is none, two where there is one.
 */
export const storedChargebacks = (
  aggregates: MatchReads['aggregates'],
  merchantId: MerchantId,
  rows: readonly FileRow[],
  known: Pick<Books, 'transactionsOf'>,
): ResultAsync<ReadonlyMap<TransactionId, Chargebacks>, StorageUnavailable> =>
  inParallel(disputedIn(rows, known), AT_ONCE, (id) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(
        lastOf(aggregates, merchantId, id).map((line): readonly (readonly [TransactionId, Chargebacks])[] =>
          line?.chargebacks === undefined ? [] : [[id, line.chargebacks]],
        ),
      ),
    ),
  ).andThen((found) => Result.combine([...found]).map((all) => new Map(all.flat())));

const disputedIn = (
  rows: readonly FileRow[],
  known: Pick<Books, 'transactionsOf'>,
): readonly TransactionId[] => [
  ...new Set(
    rows.flatMap((row) =>
      row.type === 'chargeback' || row.type === 'chargeback_reversal'
        ? capturesDisputed(row, known).map(({ id }) => id)
        : [],
    ),
  ),
];

const lastOf = (
  aggregates: MatchReads['aggregates'],
  merchantId: MerchantId,
  id: TransactionId,
): ResultAsync<StatementLine | undefined, StorageUnavailable> =>
  lastInSequence((sequence) =>
    aggregates.findByKey(merchantId, 'statement_line', chargebackKey(id, sequence)),
  );
