import { rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import type { LedgerEntry } from './ledger.ts';

/** A ledger entry flat, under the names it is published with; see `PaymentRecord`. */
export type LedgerEntryRecord = Readonly<{
  id: string;
  merchant_id: string;
  type: string;
  debit: string;
  credit: string;
  amount: Whole;
  currency: string;
  payment_id?: string;
  transaction_id?: string;
  transfer_id?: string;
  statement_line_id?: string;
  exception_id?: string;
  created_at: string;
}>;

export const ledgerEntryRecord = (entry: LedgerEntry): LedgerEntryRecord => ({
  id: entry.id,
  merchant_id: entry.merchantId,
  type: entry.type,
  debit: entry.debit,
  credit: entry.credit,
  amount: whole(entry.amount.minorUnits),
  currency: entry.amount.currency,
  ...causeRecord(entry),
  created_at: rfc3339(entry.createdAt),
});

function causeRecord(entry: LedgerEntry) {
  if ('transferId' in entry) return { transfer_id: entry.transferId };
  if ('statementLineId' in entry) return { statement_line_id: entry.statementLineId };
  if ('exceptionId' in entry) return { exception_id: entry.exceptionId };
  return { payment_id: entry.paymentId, transaction_id: entry.transactionId };
}
