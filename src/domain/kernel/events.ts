import type { Payment } from '../payments/payment.ts';
import { paymentRecord } from '../payments/payment-record.ts';
import type { Transaction } from '../payments/transaction.ts';
import { transactionRecord } from '../payments/transaction-record.ts';
import type { EventId, MerchantId, PaymentId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/** All that is told outside; who listens chooses among these. */
export const EVENT_TYPES = [
  'payment.created',
  'payment.authorized',
  'payment.succeeded',
  'payment.failed',
  'payment.canceled',
  'refund.created',
  'refund.failed',
  'transfer.completed',
  'webhook_endpoint.disabled',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A fact to be told outside, written in the commit that made it true. `id` is stable: consumers dedupe by it. */
export type DomainEvent = Readonly<{
  id: EventId;
  type: EventType;
  merchantId: MerchantId;
  /** The payment it is about, if it is about one. */
  paymentId?: PaymentId;
  created: Instant;
  data: JsonObject;
}>;

/**
 * The event that a payment's newest move calls for. Moves between `processing` and `pending`, and those that leave the
 * status as it is, are nobody's news.
 */
export function paymentEvent(
  before: Payment | undefined,
  payment: Payment,
  id: EventId,
): DomainEvent | undefined {
  const type = before?.status === payment.status ? undefined : typeOf(payment);
  return type === undefined
    ? undefined
    : {
        id,
        type,
        merchantId: payment.merchantId,
        paymentId: payment.id,
        created: payment.updatedAt,
        data: paymentRecord(payment),
      };
}

/** Each refund is told of once, when it has succeeded (`refund.created`) or failed. */
export function refundEvent(transaction: Transaction, id: EventId): DomainEvent | undefined {
  const { type, status } = transaction;
  if (type !== 'refund' || (status !== 'succeeded' && status !== 'failed')) return undefined;
  return {
    id,
    type: status === 'succeeded' ? 'refund.created' : 'refund.failed',
    merchantId: transaction.merchantId,
    paymentId: transaction.paymentId,
    created: transaction.updatedAt,
    data: transactionRecord(transaction),
  };
}

function typeOf(payment: Payment): EventType | undefined {
  switch (payment.status) {
    case 'processing':
      return payment.version === 1 ? 'payment.created' : undefined;
    case 'pending':
      return undefined;
    case 'authorized':
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return `payment.${payment.status}`;
  }
}
