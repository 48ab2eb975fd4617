import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { Claim, Completed } from '../../domain/kernel/claim.ts';
import type { DomainEvent, EventType } from '../../domain/kernel/events.ts';
import { idOf, type MerchantId } from '../../domain/kernel/ids.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AttentionRecord } from '../../domain/payments/attention-record.ts';
import type { NextActionRecord } from '../../domain/payments/next-action.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import {
  restorePayment,
  type StoredPaymentRecord,
  storedPaymentRecord,
} from '../../domain/payments/payment-record.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import {
  restoreTransaction,
  type StoredTransactionRecord,
  transactionRecord,
} from '../../domain/payments/transaction-record.ts';
import { sealOf } from '../shared/row-seal.ts';
import type { Row } from './schema.ts';

/** The 32 hex digits behind an id's prefix: what a uuid column takes. */
export const uuidOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** A uuid as PostgreSQL prints it, back to 32 digits. */
export const hexOf = (uuid: string): string => uuid.replaceAll('-', '');

/*
 * To a row: what `commit_changes` reads, printed by `jsonText`, so that no amount passes through a floating-point
 * number. A JSON column takes its value as it is.
 */

/** Everything that never changes, and what `paymentMoveToRow` gives. */
export function paymentToRow(payment: Payment) {
  const {
    failure,
    customer_id,
    reserved_amount = 0,
    closing = false,
    ...rest
  } = storedPaymentRecord(payment);
  const { attention, proposer_identities, next_action, ...record } = rest;
  return {
    ...record,
    id: uuidOf(record.id),
    customer_id: customer_id && uuidOf(customer_id),
    reserved_amount,
    closing,
    failure_code: failure?.code,
    failure_message: failure?.message,
    attention_since: attention?.since,
    // One text, so that every digit stays; what is asked for in it has a column of its own.
    attention: attention && jsonText({ ...attention, ...present({ proposer_identities }) }),
    next_action: next_action && jsonText(next_action),
    audit_hash: payment.auditHash,
  };
}

/** The key and the columns that a move changes. */
export function paymentMoveToRow(payment: Payment) {
  const { merchant_id, id, status, authorized_amount, captured_amount, refunded_amount, ...rest } =
    paymentToRow(payment);
  const { reserved_amount, reserved_refund_amount, closing, failure_code, failure_message } = rest;
  const {
    authorized_until,
    processor,
    processor_account,
    processor_id,
    attention_since,
    attention,
    next_action,
    version,
    audit_hash,
    updated_at,
  } = rest;
  return {
    merchant_id,
    id,
    status,
    authorized_amount,
    captured_amount,
    refunded_amount,
    reserved_amount,
    reserved_refund_amount,
    closing,
    failure_code,
    failure_message,
    authorized_until,
    processor,
    processor_account,
    processor_id,
    attention_since,
    attention,
    next_action,
    version,
    audit_hash,
    updated_at,
  };
}

export function transactionToRow(transaction: Transaction) {
  const record = transactionRecord(transaction);
  return {
    ...record,
    merchant_id: transaction.merchantId,
    id: uuidOf(record.id),
    payment_id: uuidOf(record.payment_id),
    audit_hash: transaction.auditHash,
  };
}

/** A row with its seal, which is of its kind and of all that it holds. */
export const sealed = <Row extends JsonObject>(kind: string, row: Row): Row & Readonly<{ seal: string }> => ({
  ...row,
  seal: sealOf(kind, row),
});

export const claimToRow = (claim: Claim) => sealed('claim', claimColumns(claim));

const claimColumns = (claim: Claim) => ({
  merchant_id: claim.merchantId,
  operation: claim.operation,
  key: claim.key,
  fingerprint: claim.fingerprint,
  ...(claim.paymentId === undefined ? {} : { payment_id: uuidOf(claim.paymentId) }),
  ...(claim.transactionId === undefined ? {} : { transaction_id: uuidOf(claim.transactionId) }),
  ...(claim.state === 'completed' && claim.transferId !== undefined
    ? { transfer_id: uuidOf(claim.transferId) }
    : {}),
  request_id: claim.requestId,
  fence: claim.fence,
  change_id: claim.changeId,
  created_at: rfc3339(claim.createdAt),
  state: claim.state,
  ...(claim.state === 'completed' ? {} : { due_at: rfc3339(claim.dueAt) }),
  attempts: claim.state === 'calling' || claim.state === 'unknown' ? claim.attempts : 0,
  ...(claim.kept === undefined
    ? {}
    : { answer: claim.kept.response, answer_expires_at: rfc3339(claim.kept.expiresAt) }),
});

/** In the outbox, parked and in the event log under one seal. */
export const eventToRow = (event: DomainEvent) =>
  sealed('event', {
    id: uuidOf(event.id),
    type: event.type,
    merchant_id: event.merchantId,
    payment_id: event.paymentId && uuidOf(event.paymentId),
    created_at: rfc3339(event.created),
    data: event.data,
  });

export const auditToRow = (entry: AuditEntry) => ({
  entity_id: entry.entityId,
  entity_type: entry.entityType,
  sequence: entry.sequence,
  id: uuidOf(entry.id),
  merchant_id: entry.merchantId,
  action: entry.action,
  actor_id: entry.actor.id,
  actor_type: entry.actor.type,
  ip_address: entry.ipAddress,
  user_agent: entry.userAgent,
  before: entry.before,
  after: entry.after,
  metadata: entry.metadata,
  created_at: rfc3339(entry.timestamp),
  previous_hash: entry.previousHash,
  hash: entry.hash,
});

export function paymentFromRow(row: Row<'payment'>): Payment {
  const { failure_code, failure_message, audit_hash, customer_id, description, metadata, ...others } = row;
  const { closing, authorized_until, processor, processor_account, processor_id, ...more } = others;
  const { attention_since: _since, attention, next_action, ...rest } = more;
  const record: StoredPaymentRecord = {
    ...rest,
    id: idOf('pay', hexOf(row.id)),
    merchant_id: row.merchant_id as MerchantId,
    ...(customer_id === null ? {} : { customer_id: idOf('cus', hexOf(customer_id)) }),
    ...(description === null ? {} : { description }),
    ...(metadata === null ? {} : { metadata }),
    ...(closing ? { closing } : {}),
    ...(authorized_until === null ? {} : { authorized_until }),
    ...(processor === null ? {} : { processor }),
    ...(processor_account === null ? {} : { processor_account }),
    ...(processor_id === null ? {} : { processor_id }),
    ...(next_action === null ? {} : { next_action: parseJson(next_action) as NextActionRecord }),
    ...(attention === null ? {} : attentionFromText(attention)),
    ...(failure_code === null ? {} : { failure: { code: failure_code, message: failure_message ?? '' } }),
  };
  return restorePayment(record, audit_hash);
}

/** The column holds what people are needed for, and by what the person is known who proposed how to end it. */
function attentionFromText(text: string): Pick<StoredPaymentRecord, 'attention' | 'proposer_identities'> {
  const { proposer_identities, ...attention } = parseJson(text) as AttentionRecord &
    Pick<StoredPaymentRecord, 'proposer_identities'>;
  return { attention, ...present({ proposer_identities }) };
}

/** Field by field: a file of a million rows reads as many. */
export function transactionFromRow(row: Row<'transaction'>): Transaction {
  const { processor_id, response_code, response_text, fee_amount, reason, processed_at } = row;
  const record: { -readonly [Name in keyof StoredTransactionRecord]: StoredTransactionRecord[Name] } = {
    id: idOf('txn', hexOf(row.id)),
    payment_id: idOf('pay', hexOf(row.payment_id)),
    type: row.type,
    amount: row.amount,
    currency: row.currency,
    status: row.status,
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
  if (processor_id !== null) record.processor_id = processor_id;
  if (response_code !== null) record.response_code = response_code;
  if (response_text !== null) record.response_text = response_text;
  if (fee_amount !== null) record.fee_amount = fee_amount;
  if (reason !== null) record.reason = reason;
  if (processed_at !== null) record.processed_at = processed_at;
  return restoreTransaction(record, row.merchant_id as MerchantId, row.audit_hash);
}

export function claimFromRow(row: Row<'claim'>): Claim {
  const known = {
    merchantId: row.merchant_id as MerchantId,
    operation: row.operation,
    key: row.key,
    fingerprint: row.fingerprint,
    requestId: row.request_id,
    fence: row.fence,
    changeId: hexOf(row.change_id),
    createdAt: row.created_at,
    ...(row.answer === null || row.answer_expires_at === null
      ? {}
      : { kept: { response: row.answer, expiresAt: row.answer_expires_at } }),
  };
  const paymentId = row.payment_id === null ? undefined : idOf('pay', hexOf(row.payment_id));
  const transaction =
    row.transaction_id === null ? {} : { transactionId: idOf('txn', hexOf(row.transaction_id)) };
  if (row.state === 'completed')
    return {
      ...known,
      ...present({ paymentId }),
      ...transaction,
      ...(row.transfer_id === null ? {} : { transferId: idOf('trf', hexOf(row.transfer_id)) }),
      state: 'completed',
    } satisfies Completed;
  if (paymentId === undefined || row.due_at === null)
    throw new Error(`open claim ${row.merchant_id} ${row.key} lacks its payment or its due time`);
  const open = { ...known, paymentId, ...transaction, dueAt: row.due_at };
  return row.state === 'retryable'
    ? { ...open, state: 'retryable' }
    : { ...open, state: row.state, attempts: row.attempts };
}

/** A row of `outbox` or of `outbox_parked`. */
export const eventFromRow = (row: Row<'outbox'>): DomainEvent => ({
  id: idOf('evt', hexOf(row.id)),
  type: row.type as EventType,
  merchantId: row.merchant_id as MerchantId,
  ...(row.payment_id === null ? {} : { paymentId: idOf('pay', hexOf(row.payment_id)) }),
  created: row.created_at,
  data: parseJson(row.data) as JsonObject,
});

export function auditFromRow(row: Row<'audit_entry'>): AuditEntry {
  return {
    id: idOf('aud', hexOf(row.id)),
    entityType: row.entity_type as AuditEntry['entityType'],
    entityId: row.entity_id,
    merchantId: row.merchant_id as MerchantId,
    sequence: row.sequence,
    action: row.action,
    actor: { id: row.actor_id, type: row.actor_type },
    ...(row.ip_address === null ? {} : { ipAddress: row.ip_address }),
    ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
    ...(row.before === null ? {} : { before: parseJson(row.before) as JsonObject }),
    ...(row.after === null ? {} : { after: parseJson(row.after) as JsonObject }),
    ...(row.metadata === null ? {} : { metadata: parseJson(row.metadata) as JsonObject }),
    timestamp: row.created_at,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
