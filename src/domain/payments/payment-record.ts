import type { Sha256 } from '../kernel/audit-chain.ts';
import { storedCurrency } from '../kernel/currency.ts';
import type { CustomerId, MerchantId, PaymentId } from '../kernel/ids.ts';
import { type Instant, instantOf, rfc3339 } from '../kernel/instant.ts';
import { type JsonObject, type Whole, whole } from '../kernel/json.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { type AttentionRecord, attentionRecord, restoreAttention } from './attention-record.ts';
import {
  type NextAction,
  type NextActionRecord,
  nextActionRecord,
  restoreNextAction,
  usableNextActionRecord,
} from './next-action.ts';
import {
  amountsOf,
  type CaptureMethod,
  type ChargeRoute,
  type Payment,
  type PaymentFailure,
  type PaymentStatus,
} from './payment.ts';

/**
 * A payment flat, under the names it is published with: the wire body, the audit snapshot and the event payload are
 * this one record, but for the account of its route, by what a proposer is known and what lets a customer act. Amounts are minor units of `currency`; times are RFC 3339.
 */
export type PaymentRecord = Readonly<{
  id: PaymentId;
  merchant_id: MerchantId;
  idempotency_key: string;
  amount: Whole;
  currency: string;
  status: PaymentStatus;
  payment_method: string;
  customer_id?: CustomerId;
  description?: string;
  metadata?: Readonly<Record<string, string>>;
  capture_method: CaptureMethod;
  authorized_amount: Whole;
  captured_amount: Whole;
  refunded_amount: Whole;
  /** When the processor lets what is authorized lapse. Absent: it has not said so, or nothing is held. */
  authorized_until?: string;
  /** Which processor the charge goes to. */
  processor?: string;
  /** What the processor calls the charge. */
  processor_id?: string;
  /** What captures and refunds under way hold. Absent: nothing. */
  reserved_amount?: Whole;
  /** The part of it that refunds hold while the rest is authorized; all of it where nothing is authorized any more. */
  reserved_refund_amount?: Whole;
  /** A final capture or a void is under way. */
  closing?: true;
  failure?: PaymentFailure;
  /** What the processor waits for the customer to do. */
  next_action?: NextActionRecord;
  attention?: AttentionRecord;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export function paymentRecord(payment: Payment): PaymentRecord {
  const { authorized, captured, refunded, reserved, refunding } = amountsOf(payment);
  const underWay = reserved.minorUnits + refunding.minorUnits;
  return {
    id: payment.id,
    merchant_id: payment.merchantId,
    idempotency_key: payment.idempotencyKey,
    amount: whole(payment.amount.minorUnits),
    currency: payment.amount.currency,
    status: payment.status,
    payment_method: payment.paymentMethod,
    ...present({
      customer_id: payment.customerId,
      description: payment.description,
      metadata: payment.metadata,
    }),
    capture_method: payment.captureMethod,
    authorized_amount: whole(authorized.minorUnits),
    captured_amount: whole(captured.minorUnits),
    refunded_amount: whole(refunded.minorUnits),
    ...(payment.status === 'authorized' && payment.authorizedUntil !== undefined
      ? { authorized_until: rfc3339(payment.authorizedUntil) }
      : {}),
    ...present({ processor: payment.route?.processor, processor_id: payment.processorId }),
    ...(underWay === 0n ? {} : { reserved_amount: whole(underWay) }),
    ...(payment.status === 'authorized' && refunding.minorUnits > 0n
      ? { reserved_refund_amount: whole(refunding.minorUnits) }
      : {}),
    ...(payment.status === 'authorized' && payment.closing ? { closing: true } : {}),
    ...(payment.status === 'failed' ? { failure: payment.failure } : {}),
    ...(payment.status === 'requires_action' ? { next_action: nextActionRecord(payment.nextAction) } : {}),
    ...present({ attention: payment.attention && attentionRecord(payment.attention) }),
    version: payment.version,
    created_at: rfc3339(payment.createdAt),
    updated_at: rfc3339(payment.updatedAt),
  };
}

/** As an answer about this one payment has it: with what lets its customer act. */
export const answeredPaymentRecord = (payment: Payment): PaymentRecord => ({
  ...paymentRecord(payment),
  ...actionIn(payment),
});

const actionIn = (payment: Payment): Pick<PaymentRecord, 'next_action'> =>
  payment.status === 'requires_action' ? { next_action: usableNextActionRecord(payment.nextAction) } : {};

/** By what the person is known again who proposed a resolution. */
type Proposed<Record> = Record & Readonly<{ proposer_identities?: readonly string[] }>;

/**
 * Beside the record, and shown to no reader of payments: the account of the route, which is of the merchant's config, and by what a
 * proposer is known.
 */
type KeptRecord<Record> = Proposed<Record> & Readonly<{ processor_account?: string }>;

const proposedRecord = (payment: Payment): Proposed<PaymentRecord> => ({
  ...paymentRecord(payment),
  ...present({ proposer_identities: payment.attention?.proposal?.by.identities }),
});

/** As a storage keeps it. */
export const storedPaymentRecord = (payment: Payment): KeptRecord<PaymentRecord> => ({
  ...proposedRecord(payment),
  ...actionIn(payment),
  ...present({ processor_account: payment.route?.account }),
});

/**
 * As audit links have it: hashes stand for the account of the route and for what lets a customer act, so that no edit of them passes
 * unseen.
 */
export function auditedPaymentRecord(payment: Payment, sha256: Sha256): JsonObject {
  const account = payment.route?.account;
  return {
    ...proposedRecord(payment),
    ...(account === undefined ? {} : { processor_account_sha256: sha256(account) }),
    ...(payment.status === 'requires_action'
      ? { next_action_value_sha256: sha256(payment.nextAction.value) }
      : {}),
  };
}

/** A record as a storage gives it back; one that reads times as numbers need not print them first. */
export type StoredPaymentRecord = KeptRecord<
  Omit<PaymentRecord, 'created_at' | 'updated_at' | 'authorized_until'>
> &
  Readonly<{
    created_at: string | Instant;
    updated_at: string | Instant;
    authorized_until?: string | Instant;
  }>;

/** The payment a stored record describes. Throws on a record no move could have made: a corrupt store is a defect. */
export function restorePayment(record: StoredPaymentRecord, auditHash: string): Payment {
  const currency = storedCurrency(record.currency);
  const of = (minorUnits: Whole): Money => money(BigInt(minorUnits), currency);
  const known = {
    id: record.id,
    merchantId: record.merchant_id,
    idempotencyKey: record.idempotency_key,
    amount: of(record.amount),
    paymentMethod: record.payment_method,
    captureMethod: record.capture_method,
    ...present({
      customerId: record.customer_id,
      description: record.description,
      metadata: record.metadata,
      route: routeIn(record),
      processorId: record.processor_id,
      attention: record.attention && restoreAttention(record.attention, currency, record.proposer_identities),
    }),
    version: record.version,
    createdAt: instantOf(record.created_at),
    updatedAt: instantOf(record.updated_at),
    auditHash,
  };
  const authorized = of(record.authorized_amount);
  const captured = of(record.captured_amount);
  const refunded = of(record.refunded_amount);
  const underWay = BigInt(record.reserved_amount ?? 0);
  const refunds = BigInt(record.reserved_refund_amount ?? 0);
  switch (record.status) {
    case 'pending':
    case 'processing':
      return { ...known, status: record.status };
    case 'requires_action':
      return { ...known, status: 'requires_action', nextAction: actionOf(record) };
    case 'authorized':
      return {
        ...known,
        status: 'authorized',
        authorized,
        captured,
        refunded,
        reserved: money(underWay - refunds, currency),
        refunding: money(refunds, currency),
        closing: record.closing === true,
        ...(record.authorized_until === undefined
          ? {}
          : { authorizedUntil: instantOf(record.authorized_until) }),
      };
    case 'succeeded':
      return {
        ...known,
        status: 'succeeded',
        authorized,
        captured,
        refunded,
        refunding: money(underWay, currency),
      };
    case 'failed':
      if (record.failure === undefined) throw new Error(`failed payment ${record.id} has no failure`);
      return { ...known, status: 'failed', failure: record.failure };
    case 'canceled':
      return { ...known, status: 'canceled', authorized };
  }
  throw new Error(`payment ${String(record.id)} has the unknown status ${String(record.status)}`);
}

function actionOf({ id, next_action: record }: StoredPaymentRecord): NextAction {
  const action = record && restoreNextAction(record);
  if (action === undefined) throw new Error(`payment ${id} has no action to wait for`);
  return action;
}

function routeIn({ processor, processor_account }: StoredPaymentRecord): ChargeRoute | undefined {
  return processor === undefined ? undefined : { processor, ...present({ account: processor_account }) };
}
