import { type Json, type JsonObject, whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type FileRow, isStatementRow } from './file-row.ts';
import type { MatchedRow, Outcome } from './match-row.ts';

/** What became of a row, as it is kept and published: what the row said, and where the sides differ. */
export function rowOutcomeRecord({ outcome, row, differences }: MatchedRow): JsonObject {
  if (row.isErr()) {
    const { line, column, reason } = row.error;
    return { line, outcome, ...present({ column }), reason };
  }
  const record = saidBy(outcome, row.value);
  if (differences.length > 0) record['differences'] = differences;
  return record;
}

/** Field by field: a file of a million rows prints as many. */
function saidBy(outcome: Outcome, row: FileRow): { [name: string]: Json } {
  const record: { [name: string]: Json } = { line: row.line, outcome };
  if (row.type !== undefined) record['type'] = row.type;
  if ('paymentId' in row && row.paymentId !== undefined) record['payment_id'] = row.paymentId;
  if ('transactionId' in row && row.transactionId !== undefined) record['transaction_id'] = row.transactionId;
  if ('processorReference' in row && row.processorReference !== undefined)
    record['processor_reference'] = row.processorReference;
  if (!isStatementRow(row)) record['status'] = row.status;
  if (row.amount !== undefined) record['amount'] = whole(row.amount);
  if (row.fee !== undefined) record['fee'] = whole(row.fee);
  if (row.currency !== undefined) record['currency'] = row.currency;
  record['settlement_date'] = row.settledOn;
  if (row.reference !== undefined) record['reference'] = row.reference;
  if (row.payoutId !== undefined) record['payout_id'] = row.payoutId;
  if (row.bankReference !== undefined) record['bank_reference'] = row.bankReference;
  return record;
}
