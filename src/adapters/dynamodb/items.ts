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

/** Metadata is JSON text, because its names are the client's and DynamoDB does not take every name. */
export const paymentItem = (payment: Payment): Item => ({
  ...paymentKey(payment.merchantId, payment.id),
  ...paymentRecord(payment),
  metadata: textOf(payment.metadata),
  audit_hash: payment.auditHash,
});

export function paymentOf(item: Item): Payment {
  const { audit_hash, metadata, ...record } = item as StoredPayment;
  const { amount, authorized_amount, captured_amount, refunded_amount } = record;
  return restorePayment(
    {
      ...record,
      amount: BigInt(amount),
      authorized_amount: BigInt(authorized_amount),
      captured_amount: BigInt(captured_amount),
      refunded_amount: BigInt(refunded_amount),
      ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, string> }),
    },
    audit_hash,
  );
}

type StoredPayment = Omit<PaymentRecord, 'metadata'> & Readonly<{ metadata?: string; audit_hash: string }>;

export const transactionItem = (transaction: Transaction): Item => ({
  ...transactionKey(transaction.merchantId, transaction.paymentId, transaction.id),
  ...transactionRecord(transaction),
  merchant_id: transaction.merchantId,
  audit_hash: transaction.auditHash,
});

export function transactionOf(item: Item): Transaction {
  const record = item as TransactionRecord & StoredTransaction;
  return restoreTransaction(
    { ...record, amount: BigInt(record.amount) },
    record.merchant_id,
    record.audit_hash,
  );
}

type StoredTransaction = Readonly<{ merchant_id: Transaction['merchantId']; audit_hash: string }>;

/** Snapshots are JSON text: their digits and their fields come back as they were hashed. */
export const auditItem = (entry: AuditEntry, paymentId: PaymentId): Item => {
  const { before, after, metadata, ...facts } = entry;
  return {
    ...auditKey(entry.merchantId, paymentId, entry),
    ...facts,
    before: textOf(before),
    after: textOf(after),
    metadata: textOf(metadata),
  };
};

export function auditEntryOf(item: Item): AuditEntry {
  const { pk: _pk, sk: _sk, before, after, metadata, ...facts } = item as StoredAuditEntry;
  return {
    ...facts,
    ...(before === undefined ? {} : { before: jsonOf(before) }),
    ...(after === undefined ? {} : { after: jsonOf(after) }),
    ...(metadata === undefined ? {} : { metadata: jsonOf(metadata) }),
  };
}

type StoredAuditEntry = Omit<AuditEntry, 'before' | 'after' | 'metadata'> &
  Readonly<{ pk: string; sk: string; before?: string; after?: string; metadata?: string }>;

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
    data: jsonOf(stored.data),
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

const textOf = (value: JsonObject | undefined): string | undefined =>
  value === undefined ? undefined : jsonText(value);

const jsonOf = (text: string): JsonObject => parseJson(text) as JsonObject;
