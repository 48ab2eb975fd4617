import type { AuditEntry } from '../../domain/audit.ts';
import type { Claim } from '../../domain/claim.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { PaymentId } from '../../domain/ids.ts';
import { type JsonObject, jsonText, parseJson } from '../../domain/json.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Payment } from '../../domain/payment.ts';
import { type PaymentRecord, paymentRecord, restorePayment } from '../../domain/payment-record.ts';
import type { Transaction } from '../../domain/transaction.ts';
import {
  restoreTransaction,
  type TransactionRecord,
  transactionRecord,
} from '../../domain/transaction-record.ts';
import {
  auditKey,
  claimKey,
  dueShardOf,
  eventKey,
  merchantKey,
  paymentKey,
  TTL_ATTRIBUTE,
  transactionKey,
} from './table.ts';

/** An item as the document client gives and takes it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Whole records are one attribute of JSON text, beside copies of what guards and filters ask for: the SDK spends its
 * time attribute by attribute, and text keeps every digit, every name and, of audit links, what was hashed.
 */
export const paymentItem = (payment: Payment): Item => ({
  ...paymentKey(payment.merchantId, payment.id),
  version: payment.version,
  status: payment.status,
  currency: payment.amount.currency,
  amount: payment.amount.minorUnits,
  customer_id: payment.customerId,
  audit_hash: payment.auditHash,
  record: jsonText(paymentRecord(payment)),
});

export function paymentOf(item: Item): Payment {
  const stored = item as Readonly<{ record: string; audit_hash: string }>;
  return restorePayment(parseJson(stored.record) as PaymentRecord, stored.audit_hash);
}

export const transactionItem = (transaction: Transaction): Item => ({
  ...transactionKey(transaction.merchantId, transaction.paymentId, transaction.id),
  version: transaction.version,
  merchant_id: transaction.merchantId,
  audit_hash: transaction.auditHash,
  record: jsonText(transactionRecord(transaction)),
});

export function transactionOf(item: Item): Transaction {
  const stored = item as Readonly<{
    record: string;
    merchant_id: Transaction['merchantId'];
    audit_hash: string;
  }>;
  const record = parseJson(stored.record) as TransactionRecord;
  return restoreTransaction(record, stored.merchant_id, stored.audit_hash);
}

export const auditItem = (entry: AuditEntry, paymentId: PaymentId): Item => ({
  ...auditKey(entry.merchantId, paymentId, entry),
  record: jsonText(entry),
});

export const auditEntryOf = (item: Item): AuditEntry =>
  parseJson((item as Readonly<{ record: string }>).record) as unknown as AuditEntry;

/**
 * Open claims carry the due index's attributes and so are in it. Only a claim without a payment may be deleted by
 * time; the others are kept for good.
 */
export const claimItem = (claim: Claim): Item => ({
  ...claimKey(claim),
  fingerprint: claim.fingerprint,
  request_id: claim.requestId,
  fence: claim.fence,
  change_id: claim.changeId,
  created_at: claim.createdAt,
  state: claim.state,
  payment_id: claim.paymentId,
  answer: claim.kept?.answer,
  answer_expires_at: claim.kept?.expiresAt,
  ...(claim.state === 'completed' ? {} : { due_shard: dueShardOf(claim), due_at: claim.dueAt }),
  ...('attempts' in claim ? { attempts: claim.attempts } : {}),
  ...(claim.paymentId === undefined && claim.kept !== undefined
    ? { [TTL_ATTRIBUTE]: Math.ceil(claim.kept.expiresAt / 1_000) }
    : {}),
});

export function claimOf(item: Item, key: Pick<Claim, 'merchantId' | 'operation' | 'key'>): Claim {
  const stored = item as StoredClaim;
  const known = {
    ...key,
    fingerprint: stored.fingerprint,
    requestId: stored.request_id,
    fence: stored.fence,
    changeId: stored.change_id,
    createdAt: stored.created_at,
    ...(stored.answer === undefined || stored.answer_expires_at === undefined
      ? {}
      : { kept: { answer: stored.answer, expiresAt: stored.answer_expires_at } }),
  };
  const { state, payment_id: paymentId, due_at: dueAt, attempts } = stored;
  if (state === 'completed') return { ...known, state, ...(paymentId === undefined ? {} : { paymentId }) };
  if (paymentId === undefined || dueAt === undefined)
    throw new Error(`open claim ${stored.pk} lacks its payment or its due time`);
  if (state === 'retryable') return { ...known, state, paymentId, dueAt };
  if (attempts === undefined) throw new Error(`open claim ${stored.pk} does not say its attempts`);
  return { ...known, state, paymentId, dueAt, attempts };
}

type StoredClaim = Readonly<{
  pk: string;
  fingerprint: string;
  request_id: string;
  fence: number;
  change_id: string;
  created_at: number;
  state: Claim['state'];
  payment_id?: PaymentId;
  answer?: string;
  answer_expires_at?: number;
  due_at?: number;
  attempts?: number;
}>;

export const eventItem = (event: DomainEvent): Item => ({
  ...eventKey(event.id),
  type: event.type,
  merchant_id: event.merchantId,
  payment_id: event.paymentId,
  created: event.created,
  data: jsonText(event.data),
});

export function eventOf(item: Item): DomainEvent {
  const stored = item as StoredEvent;
  return {
    id: stored.sk,
    type: stored.type,
    merchantId: stored.merchant_id,
    paymentId: stored.payment_id,
    created: stored.created,
    data: parseJson(stored.data) as JsonObject,
  };
}

type StoredEvent = Readonly<{
  sk: DomainEvent['id'];
  type: DomainEvent['type'];
  merchant_id: DomainEvent['merchantId'];
  payment_id: PaymentId;
  created: number;
  data: string;
}>;

export const merchantItem = (merchant: Merchant): Item => ({
  ...merchantKey(merchant.id),
  id: merchant.id,
  name: merchant.name,
  email: merchant.email,
  status: merchant.status,
  max_payment_amount: merchant.maxPaymentAmount,
  version: merchant.version,
});

export function merchantOf(item: Item): Merchant {
  const stored = item as Omit<Merchant, 'maxPaymentAmount'> & { max_payment_amount: number | bigint };
  const { id, name, email, status, max_payment_amount, version } = stored;
  return { id, name, email, status, maxPaymentAmount: BigInt(max_payment_amount), version };
}
