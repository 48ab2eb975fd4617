import type { DomainEvent, EventType } from '../kernel/events.ts';
import type { EventId } from '../kernel/ids.ts';
import { isSameCause } from './attention.ts';
import type { Payment } from './payment.ts';
import { paymentRecord } from './payment-record.ts';
import { isExpiry, type Transaction } from './transaction.ts';
import { transactionRecord } from './transaction-record.ts';

/**
 * The event that a payment's newest move calls for. None for moves between `processing` and `pending`, nor for
 * those that leave the status as it is.
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

/** One event when what was held of a payment was released because its authorization expired, with the payment as that left it. */
export const expiryEvent = (
  payment: Payment,
  transactions: readonly Transaction[],
  id: EventId,
): DomainEvent | undefined =>
  transactions.some((each) => isExpiry(each) && each.status === 'succeeded')
    ? {
        id,
        type: 'payment.authorization_expired',
        merchantId: payment.merchantId,
        paymentId: payment.id,
        created: payment.updatedAt,
        data: paymentRecord(payment),
      }
    : undefined;

/** One event for each cause for which a payment needs people: none for what is proposed or said again about it. */
export function attentionEvent(
  before: Payment | undefined,
  payment: Payment,
  id: EventId,
): DomainEvent | undefined {
  const { attention } = payment;
  if (attention === undefined) return undefined;
  if (before?.attention !== undefined && isSameCause(before.attention, attention)) return undefined;
  return {
    id,
    type: 'payment.attention',
    merchantId: payment.merchantId,
    paymentId: payment.id,
    created: payment.updatedAt,
    data: paymentRecord(payment),
  };
}

/** One event for each refund, when it has succeeded (`refund.created`) or failed. */
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
    case 'requires_action':
    case 'authorized':
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return `payment.${payment.status}`;
  }
}
