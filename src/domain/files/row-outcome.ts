import type { JsonObject } from '../kernel/json.ts';
import { whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type FileRow, isStatementRow } from './file-row.ts';
import type { MatchedRow } from './match-row.ts';

/** What became of a row, as it is kept and published: what the row said, and where the sides differ. */
export function rowOutcomeRecord({ outcome, row, differences }: MatchedRow): JsonObject {
  if (row.isErr()) {
    const { line, column, reason } = row.error;
    return { line, outcome, ...present({ column }), reason };
  }
  return {
    line: row.value.line,
    outcome,
    ...saidBy(row.value),
    ...(differences.length === 0 ? {} : { differences }),
  };
}

const saidBy = (row: FileRow): JsonObject =>
  present({
    type: row.type,
    ...namedBy(row),
    status: isStatementRow(row) ? undefined : row.status,
    amount: row.amount === undefined ? undefined : whole(row.amount),
    fee: row.fee === undefined ? undefined : whole(row.fee),
    currency: row.currency,
    settlement_date: row.settledOn,
    reference: row.reference,
    payout_id: row.payoutId,
    bank_reference: row.bankReference,
  });

const namedBy = (row: FileRow) =>
  'paymentId' in row || 'transactionId' in row || 'processorReference' in row
    ? {
        payment_id: row.paymentId,
        transaction_id: row.transactionId,
        processor_reference: row.processorReference,
      }
    : {};
