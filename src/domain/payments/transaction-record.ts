import { storedCurrency } from '../kernel/currency.ts';
import type { MerchantId, PaymentId, TransactionId } from '../kernel/ids.ts';
import { type Instant, instantOf, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import type {
  PendingTransaction,
  ProcessorVerdict,
  Transaction,
  TransactionStatus,
  TransactionType,
} from './transaction.ts';

/** A transaction flat, under the names it is published with; see `PaymentRecord`. */
export type TransactionRecord = Readonly<{
  id: TransactionId;
  payment_id: PaymentId;
  type: TransactionType;
  amount: Whole;
  currency: string;
  status: TransactionStatus;
  processor_id?: string;
  response_code?: string;
  response_text?: string;
  /** What the processor kept of the amount. */
  fee_amount?: Whole;
  reason?: string;
  processed_at?: string;
  version: number;
  created_at: string;
  updated_at: string;
}>;

/** Built field by field: a file of a million rows prints two million. */
export function transactionRecord(transaction: Transaction): TransactionRecord {
  const record: { -readonly [Name in keyof TransactionRecord]?: TransactionRecord[Name] } = {
    id: transaction.id,
    payment_id: transaction.paymentId,
    type: transaction.type,
    amount: whole(transaction.amount.minorUnits),
    currency: transaction.amount.currency,
    status: transaction.status,
  };
  if (transaction.status !== 'pending') {
    record.processor_id = transaction.processorId;
    record.response_code = transaction.responseCode;
    record.response_text = transaction.responseText;
    if (transaction.fee !== undefined) record.fee_amount = whole(transaction.fee);
  }
  if (transaction.reason !== undefined) record.reason = transaction.reason;
  if (transaction.status !== 'pending') record.processed_at = rfc3339(transaction.processedAt);
  record.version = transaction.version;
  record.created_at = rfc3339(transaction.createdAt);
  record.updated_at = rfc3339(transaction.updatedAt);
  return record as TransactionRecord;
}

/** A record as a storage gives it back; one that reads times as numbers need not print them first. */
export type StoredTransactionRecord = Omit<TransactionRecord, 'processed_at' | 'created_at' | 'updated_at'> &
  Readonly<{ processed_at?: string | Instant; created_at: string | Instant; updated_at: string | Instant }>;

/** The transaction a stored record describes. Throws on a record no move could have made. */
export function restoreTransaction(
  record: StoredTransactionRecord,
  merchantId: MerchantId,
  auditHash: string,
): Transaction {
  const known: { -readonly [Name in keyof PendingTransaction]: PendingTransaction[Name] } = {
    id: record.id,
    merchantId,
    paymentId: record.payment_id,
    type: record.type,
    amount: money(BigInt(record.amount), storedCurrency(record.currency)),
    version: record.version,
    createdAt: instantOf(record.created_at),
    updatedAt: instantOf(record.updated_at),
    auditHash,
    status: 'pending',
  };
  if (record.reason !== undefined) known.reason = record.reason;
  if (record.status === 'pending') return known;
  const { processor_id, response_code, response_text, processed_at } = record;
  if (
    !processor_id ||
    response_code === undefined ||
    response_text === undefined ||
    processed_at === undefined ||
    processed_at === ''
  )
    throw new Error(`decided transaction ${record.id} lacks the processor's verdict`);
  const verdict: { -readonly [Name in keyof ProcessorVerdict]: ProcessorVerdict[Name] } = {
    processorId: processor_id,
    responseCode: response_code,
    responseText: response_text,
    processedAt: instantOf(processed_at),
  };
  if (record.fee_amount !== undefined) verdict.fee = BigInt(record.fee_amount);
  return Object.assign(known, verdict, { status: record.status });
}
