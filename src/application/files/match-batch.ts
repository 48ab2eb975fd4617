import { err, ok, Result } from 'neverthrow';
import { type FileRow, paymentNamedBy, type RowRejected } from '../../domain/files/file-row.ts';
import { matchRow } from '../../domain/files/match-file-row.ts';
import type { Books, MatchedRow, Tolerance } from '../../domain/files/match-row.ts';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import { seenAgain } from '../../domain/files/repeated-row.ts';
import { type Chargebacks, chargebackKey } from '../../domain/files/statement-line.ts';
import type { PaymentId, TransactionId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { CsvPlace } from '../../ports/csv-files.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Storage } from '../../ports/storage.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { entriesOfSettlement, ROWS_PER_SETTLEMENT } from '../payments/settle-transactions.ts';
import { type BatchEffects, batchDraft } from './batch-draft.ts';
import type { PaymentBooks } from './books-ahead.ts';
import { knownExceptions } from './known-exceptions.ts';
import type { MatchReads } from './left-by-steps.ts';
import {
  type BatchSoFar,
  type EffectsOfRow,
  NO_EFFECTS,
  type RowContributor,
  type RowEffects,
} from './row-effects.ts';
import { storedChargebacks, storedLines } from './statement-line-rows.ts';

/** How much fits into one change. */
export type BatchBounds = Pick<Storage, 'mostChangeRows'>;

/**
 * The rows of one commit with their outcomes, in the file's order, and what contributors say of each; what they change at `at`, and
 * the place behind them.
 */
export type MatchedBatch = Readonly<{
  rows: readonly MatchedRow[];
  lines: readonly JsonObject[];
  effects: BatchEffects;
  at: Instant;
  next: CsvPlace;
}>;

/** A job and a reconciliation with their links, and one more for a job that closes. */
export const ROWS_BESIDE = 5;

/** So many rows are read for one batch: when all of them settle and change nothing else, they just fit. */
export const batchSize = ({ mostChangeRows }: BatchBounds): number =>
  Math.max(1, Math.floor((mostChangeRows - ROWS_BESIDE) / ROWS_PER_SETTLEMENT));

export type MatchPorts = MatchReads & Readonly<{ ids: Ids; digests: Digests }> & BatchBounds;

/** How the rows of a file are judged, and what they change beside their transactions. */
export type MatchTerms = Readonly<{
  tolerance: Tolerance;
  contributors: readonly RowContributor[];
}>;

/** A row as it was read, and the place behind it. */
export type RowRead = Readonly<{ row: Result<FileRow, RowRejected>; next: CsvPlace }>;

/** The payments that rows name. */
export const paymentsIn = (rows: readonly RowRead[]): readonly PaymentId[] => [
  ...new Set(rows.flatMap(({ row }) => (row.isOk() ? (paymentNamedBy(row.value) ?? []) : []))),
];

/**
 * Matches as many of the rows as one change can hold, at least one. `transactions` are those of the payments that they name, and left
 * as the rows leave them. Reads the lines of statements that they may repeat, all at once, and then what the contributors ask for; of rows that do not match, or are
 * settled already, also the exceptions that they may repeat. What one row changes is so for the rows behind it. No generator, which would
 * hold the batch until the next full collection.
 */
export async function matchBatch(
  ports: MatchPorts,
  reconciliation: ProcessingReconciliation,
  read: readonly RowRead[],
  transactions: PaymentBooks,
  terms: MatchTerms,
  at: Instant,
): Promise<Result<MatchedBatch, StorageUnavailable>> {
  const { aggregates, ids, digests, mostChangeRows } = ports;
  const { merchantId } = reconciliation;
  const rows = read.flatMap(({ row }) => (row.isOk() ? [row.value] : []));
  const earlier = await storedLines(aggregates, merchantId, rows);
  if (earlier.isErr()) return err(earlier.error);
  const stored = { transactionsOf: (id: PaymentId) => transactions.get(id) ?? [] };
  const chargebacks = await storedChargebacks(aggregates, merchantId, rows, stored);
  if (chargebacks.isErr()) return err(chargebacks.error);
  let draft = batchDraft(mostChangeRows - ROWS_BESIDE);
  /** The transactions that rows of the batch moved, as they leave them. */
  let moved: PaymentBooks = new Map();
  const transactionsOf = (id: PaymentId) => moved.get(id) ?? transactions.get(id) ?? [];
  const books: Books = {
    transactionsOf,
    statementLine: (key) => {
      const stored = earlier.value.get(key);
      return stored === undefined
        ? draft.soFar.holding('statement_line', key)
        : (draft.soFar.aggregate('statement_line', stored.id) ?? stored);
    },
    chargebacksOf: (id) => lastChargebacks(draft.soFar, id, chargebacks.value.get(id)),
  };
  const effectsOf = await Promise.all(
    terms.contributors.map((each) => each({ reconciliation, rows, books, now: at })),
  );
  const effectsOfRow = Result.combine(effectsOf);
  if (effectsOfRow.isErr()) return err(effectsOfRow.error);
  const feeOfRow: EffectsOfRow = ({ settled }) =>
    settled === undefined ? NO_EFFECTS : { entries: entriesOfSettlement({ ids }, settled, at) };
  const exceptions = new Map<string, boolean>();
  for (;;) {
    const asked = new Set<string>();
    const batch = matchedRows([feeOfRow, ...effectsOfRow.value], asked);
    if (asked.size === 0) {
      for (const [id, left] of moved) transactions.set(id, left);
      return ok(batch);
    }
    // Few files have rows that ask for exceptions, so the rows are matched once more where some do.
    const found = await knownExceptions(aggregates, merchantId, [...asked]);
    if (found.isErr()) return err(found.error);
    for (const [key, isKnown] of found.value) exceptions.set(key, isKnown);
    draft = batchDraft(mostChangeRows - ROWS_BESIDE);
    moved = new Map();
  }

  /** Notes the exceptions that it asks for and that were not looked for yet; it takes those for unknown. */
  function matchedRows(effectsOfEach: readonly EffectsOfRow[], asked: Set<string>): MatchedBatch {
    const matched: MatchedRow[] = [];
    const lines: JsonObject[] = [];
    let place: CsvPlace = { offset: 0, line: 1 };
    const isKnown = (key: string) => {
      if (draft.soFar.holding('exception', key) !== undefined) return true;
      const known = exceptions.get(key);
      if (known === undefined) asked.add(key);
      return known ?? false;
    };
    for (const { row, next } of read) {
      const each = seenAgain(matchRow(row, books, terms.tolerance, at), isKnown, digests.sha256);
      const { settled } = each;
      const effects = effectsOfEach.map((effectsOfOne) => effectsOfOne(each, draft.soFar));
      if (!draft.add(each, effects)) break;
      if (settled !== undefined) {
        const { paymentId } = settled.next;
        moved.set(paymentId, replaced(transactionsOf(paymentId), settled.next));
      }
      matched.push(each);
      lines.push(lineOf(effects));
      place = next;
    }
    if (matched.length === 0)
      throw new Error(`a row of ${reconciliation.id} changes more than one commit can`);
    return { rows: matched, lines, effects: draft.effects(), at, next: place };
  }
}

/** What all of it says of the row: of most rows, one does. */
function lineOf(effects: readonly RowEffects[]): JsonObject {
  let said: JsonObject | undefined;
  for (const { line } of effects)
    if (line !== undefined) said = said === undefined ? line : { ...said, ...line };
  return said ?? {};
}

/** As the rows before left it, of those that are stored and those of this batch. */
function lastChargebacks(
  soFar: BatchSoFar,
  id: TransactionId,
  stored: Chargebacks | undefined,
): Chargebacks | undefined {
  const line = soFar.holding('statement_line', chargebackKey(id, (stored?.sequence ?? 0) + 1));
  return line?.chargebacks === undefined ? stored : lastChargebacks(soFar, id, line.chargebacks);
}

const replaced = (transactions: readonly Transaction[], next: Transaction): readonly Transaction[] =>
  transactions.map((each) => (each.id === next.id ? next : each));
