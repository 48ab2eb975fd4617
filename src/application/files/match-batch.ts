import { ok, type Result, ResultAsync, safeTry } from 'neverthrow';
import type { FileRow, ReadRow } from '../../domain/files/file-row.ts';
import { type MatchedRow, matchRow, type Tolerance } from '../../domain/files/match-row.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { CsvPlace, CsvRecord } from '../../ports/csv-files.ts';
import type { Payments } from '../../ports/payments.ts';
import type { Storage } from '../../ports/storage.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { ROWS_PER_SETTLEMENT } from '../payments/settle-transactions.ts';

/** How much fits into one change. */
export type BatchBounds = Pick<Storage, 'mostChangeRows'>;

/** The rows of one commit with their outcomes, in the file's order, and the place behind them. */
export type MatchedBatch = Readonly<{ rows: readonly MatchedRow[]; next: CsvPlace }>;

/** A job and a reconciliation with their links, and one more for a job that closes. */
const ROWS_BESIDE = 5;

/** So many rows are read for one batch: when all of them settle, they just fit. */
export const batchSize = ({ mostChangeRows }: BatchBounds): number =>
  Math.max(1, Math.floor((mostChangeRows - ROWS_BESIDE) / ROWS_PER_SETTLEMENT));

/**
 * Matches as many of the records as one change can hold, at least one. Reads each payment that they name once, all at once.
 * A transaction that one row settles is settled for the rows behind it.
 */
export const matchBatch = (
  { payments, mostChangeRows }: Readonly<{ payments: Payments }> & BatchBounds,
  merchantId: MerchantId,
  records: readonly CsvRecord[],
  { read, tolerance, now }: Readonly<{ read: ReadRow; tolerance: Tolerance; now: Instant }>,
): ResultAsync<MatchedBatch, StorageUnavailable> =>
  safeTry(async function* () {
    const rows = records.map(({ cells, line }) => read(cells, line));
    const stored = yield* transactionsOf(payments, merchantId, paymentsIn(rows));
    const matched: MatchedRow[] = [];
    const currencies = new Set<string>();
    let left = mostChangeRows - ROWS_BESIDE;
    let next: CsvPlace = { offset: 0, line: 1 };
    for (const [index, row] of rows.entries()) {
      const each = matchRow(
        row,
        ({ paymentId, transactionId }) => stored.get(paymentId)?.get(transactionId),
        tolerance,
        now,
      );
      const { settled } = each;
      if (settled !== undefined) {
        // A balance of a currency is one row, however many entries add to it.
        const isNew = !currencies.has(settled.next.amount.currency);
        const needed = ROWS_PER_SETTLEMENT + (isNew ? 1 : 0);
        if (needed > left) break;
        left -= needed;
        currencies.add(settled.next.amount.currency);
        stored.get(settled.next.paymentId)?.set(settled.next.id, settled.next);
      }
      matched.push(each);
      next = records[index]?.next ?? next;
    }
    return ok({ rows: matched, next });
  });

const paymentsIn = (rows: readonly Result<FileRow, unknown>[]): readonly PaymentId[] => [
  ...new Set(rows.flatMap((row) => (row.isOk() ? [row.value.paymentId] : []))),
];

/** Another tenant's payment has no transactions here. */
const transactionsOf = (
  payments: Payments,
  merchantId: MerchantId,
  ids: readonly PaymentId[],
): ResultAsync<Map<PaymentId, Map<string, Transaction>>, StorageUnavailable> =>
  ResultAsync.combine(
    ids.map((id) =>
      payments
        .transactionsOf(merchantId, id)
        .map((found) => [id, new Map<string, Transaction>(found.map((each) => [each.id, each]))] as const),
    ),
  ).map((found) => new Map(found));
