import type { DeliveryId, EventId, MerchantId, PaymentId, WebhookEndpointId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type {
  Attempt,
  AttemptError,
  DeliveredType,
  Delivery,
  DeliveryStatus,
  EndedDelivery,
} from './delivery.ts';
import { type Signature, sentHeaders, signatureHeaders } from './webhook-signature.ts';

export type AttemptRecord = Readonly<{
  at: string;
  response_code?: number;
  error?: AttemptError;
  duration_ms: number;
  response_excerpt?: string;
}>;

/** An attempt as it is stored: as it is published, what it was signed with, and when the next was due. */
export type StoredAttempt = AttemptRecord &
  Readonly<{ signatures?: readonly Signature[]; retry_at?: string }>;

/** A delivery under the names it is published with. */
export type DeliveryRecord = Readonly<{
  id: DeliveryId;
  merchant_id: MerchantId;
  endpoint_id: WebhookEndpointId;
  event_id: EventId;
  event_type: DeliveredType;
  payment_id?: PaymentId;
  url: string;
  status: DeliveryStatus;
  attempts: readonly AttemptRecord[];
  next_retry?: string;
  created_at: string;
  updated_at: string;
  expires_at: string;
}>;

export const deliveryRecord = (delivery: Delivery): DeliveryRecord => ({
  id: delivery.id,
  merchant_id: delivery.merchantId,
  endpoint_id: delivery.endpointId,
  event_id: delivery.eventId,
  event_type: delivery.eventType,
  ...present({ payment_id: delivery.paymentId }),
  url: delivery.url,
  status: delivery.status,
  attempts: delivery.attempts.map(attemptRecord),
  ...(delivery.status === 'pending' ? { next_retry: rfc3339(delivery.dueAt) } : {}),
  created_at: rfc3339(delivery.createdAt),
  updated_at: rfc3339(delivery.updatedAt),
  expires_at: rfc3339(delivery.expiresAt),
});

/** With what every attempt sends, and all headers of each that has its signatures. */
export const readDeliveryRecord = (delivery: Delivery) => ({
  ...deliveryRecord(delivery),
  attempts: delivery.attempts.map((attempt) => ({
    ...attemptRecord(attempt),
    ...present({ headers: headersOf(delivery, attempt) }),
  })),
  request: { headers: sentHeaders(delivery.eventId), body: delivery.body },
});

const headersOf = ({ eventId }: Delivery, { at, signatures }: Attempt) =>
  signatures && { ...sentHeaders(eventId), ...signatureHeaders({ eventId, at }, signatures) };

const attemptRecord = ({ at, durationMs, responseCode, error, excerpt }: Attempt): AttemptRecord => ({
  at: rfc3339(at),
  ...present({ response_code: responseCode, error }),
  duration_ms: durationMs,
  ...present({ response_excerpt: excerpt }),
});

export const storedAttempt = (attempt: Attempt): StoredAttempt => ({
  ...attemptRecord(attempt),
  ...present({ signatures: attempt.signatures }),
  ...(attempt.retryAt === undefined ? {} : { retry_at: rfc3339(attempt.retryAt) }),
});

/** Reads `storedAttempt` back. */
export const restoreAttempt = (record: StoredAttempt): Attempt => ({
  at: fromRfc3339(record.at),
  durationMs: record.duration_ms,
  ...present({
    responseCode: record.response_code,
    error: record.error,
    excerpt: record.response_excerpt,
    signatures: record.signatures?.map(({ hex, base64 }) => ({ hex, base64 })),
  }),
  ...(record.retry_at === undefined ? {} : { retryAt: fromRfc3339(record.retry_at) }),
});

/** A delivery as it is stored. */
export type StoredDelivery = Omit<DeliveryRecord, 'attempts'> &
  Readonly<{ attempts: readonly StoredAttempt[] }>;

export const storedDelivery = (delivery: Delivery): StoredDelivery => ({
  ...deliveryRecord(delivery),
  attempts: delivery.attempts.map(storedAttempt),
});

/** What is kept beside the record, because it is not published. */
export type DeliveryInside = Readonly<{ body: string; tries: number; version: number }>;

export const deliveryInside = (delivery: Delivery): DeliveryInside => ({
  body: delivery.body,
  tries: delivery.status === 'pending' ? delivery.tries : 0,
  version: delivery.version,
});

/** Reads `storedDelivery` and `deliveryInside` back. Throws on a record that no delivery could have left. */
export function restoreDelivery(record: StoredDelivery, inside: DeliveryInside): Delivery {
  const known: Omit<EndedDelivery, 'status'> = {
    id: record.id,
    merchantId: record.merchant_id,
    endpointId: record.endpoint_id,
    eventId: record.event_id,
    eventType: record.event_type,
    ...present({ paymentId: record.payment_id }),
    url: record.url,
    body: inside.body,
    attempts: record.attempts.map(restoreAttempt),
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    expiresAt: fromRfc3339(record.expires_at),
    version: inside.version,
  };
  if (record.status !== 'pending') return { ...known, status: record.status };
  return { ...known, status: 'pending', tries: inside.tries, dueAt: dueAtOf(record) };
}

function dueAtOf({ id, next_retry }: StoredDelivery): Instant {
  if (next_retry === undefined) throw new Error(`pending delivery ${id} does not say when it is due`);
  return fromRfc3339(next_retry);
}
