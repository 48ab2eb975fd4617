import type { EventId, MerchantId, PaymentId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';
import type { Payment } from './payment.ts';
import { paymentRecord } from './payment-record.ts';

export type PaymentEventType =
  | 'payment.created'
  | 'payment.authorized'
  | 'payment.succeeded'
  | 'payment.failed'
  | 'payment.canceled';

/** A fact to be told outside, written in the commit that made it true. `id` is stable: consumers dedupe by it. */
export type DomainEvent = Readonly<{
  id: EventId;
  type: PaymentEventType;
  merchantId: MerchantId;
  paymentId: PaymentId;
  created: Instant;
  data: JsonObject;
}>;

/** The event that a payment's newest move calls for; moves between `processing` and `pending` are nobody's news. */
export function paymentEvent(payment: Payment, id: EventId): DomainEvent | undefined {
  const type = typeOf(payment);
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

function typeOf(payment: Payment): PaymentEventType | undefined {
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
