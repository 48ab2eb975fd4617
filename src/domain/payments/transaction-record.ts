import { storedCurrency } from '../kernel/currency.ts';
import type { MerchantId, PaymentId, TransactionId } from '../kernel/ids.ts';
import { type Instant, instantOf, rfc3339 } from '../kernel/instant.ts';
import type { Json, JsonObject, Whole } from '../kernel/json.ts';
import { whole } from '../kernel/json.ts';
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

type Fact = string | number | bigint | undefined;

/** What a field of the record is printed of, and how. */
type Field = Readonly<{
  of: (transaction: Transaction) => Fact;
  print: (fact: NonNullable<Fact>) => string | Whole;
}>;

const field = (of: Field['of'], print: Field['print'] = (fact) => fact): Field => ({ of, print });
const units = (of: (transaction: Transaction) => bigint | undefined): Field =>
  field(of, (amount) => whole(amount as bigint));
const time = (of: (transaction: Transaction) => Instant | undefined): Field =>
  field(of, (instant) => rfc3339(instant as Instant));
const verdict = (transaction: Transaction): Partial<ProcessorVerdict> =>
  transaction.status === 'pending' ? NO_VERDICT : transaction;
const NO_VERDICT = {};

/** Each in its place in `transactionRecord`. */
const FIELDS: Readonly<Record<keyof TransactionRecord, Field>> = {
  id: field(({ id }) => id),
  payment_id: field(({ paymentId }) => paymentId),
  type: field(({ type }) => type),
  amount: units(({ amount }) => amount.minorUnits),
  currency: field(({ amount }) => amount.currency),
  status: field(({ status }) => status),
  processor_id: field((each) => verdict(each).processorId),
  response_code: field((each) => verdict(each).responseCode),
  response_text: field((each) => verdict(each).responseText),
  fee_amount: units((each) => verdict(each).fee),
  reason: field(({ reason }) => reason),
  processed_at: time((each) => verdict(each).processedAt),
  version: field(({ version }) => version),
  created_at: time(({ createdAt }) => createdAt),
  updated_at: time(({ updatedAt }) => updatedAt),
};

type NamedField = Field & Readonly<{ name: string }>;
const NAMED_FIELDS: readonly NamedField[] = Object.entries(FIELDS).map(([name, each]) => ({ name, ...each }));
const NO_FIELDS: readonly NamedField[] = [];

/** What `difference` says of the records of both, printed of what differs alone: a file of a million rows changes as many. */
export function transactionDifference(
  before: Transaction,
  after: Transaction,
): Readonly<{ before: JsonObject; after: JsonObject }> {
  const were: { [name: string]: Json } = {};
  const are: { [name: string]: Json } = {};
  let added = NO_FIELDS;
  for (const each of NAMED_FIELDS) {
    const { name, of, print } = each;
    const was = of(before);
    const is = of(after);
    if (was === is) continue;
    if (was === undefined) added = [...added, each];
    else {
      were[name] = print(was);
      if (is !== undefined) are[name] = print(is);
    }
  }
  for (const { name, of, print } of added) are[name] = print(of(after) as NonNullable<Fact>);
  return { before: were, after: are };
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
