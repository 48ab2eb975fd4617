import { idOf, type MerchantId } from '../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import type { Attempt, DeliveredType, Delivery, DeliveryStatus } from '../../domain/webhooks/delivery.ts';
import { restoreAttempt, type StoredAttempt, storedAttempt } from '../../domain/webhooks/delivery-record.ts';
import { hexOf, sealed, uuidOf } from './rows.ts';

/** A row of `webhook_delivery`, as `postgresPool` reads it. */
export type DeliveryRow = Readonly<{
  merchant_id: string;
  id: string;
  endpoint_id: string;
  event_id: string;
  event_type: DeliveredType;
  payment_id: string | null;
  url: string;
  body: string;
  status: DeliveryStatus;
  tries: number;
  attempts: readonly StoredAttempt[];
  due_at: Instant | null;
  expires_at: Instant;
  created_at: Instant;
  updated_at: Instant;
  version: number;
}>;

export function deliveryFromRow(row: DeliveryRow): Delivery {
  const known = {
    id: idOf('whd', hexOf(row.id)),
    merchantId: row.merchant_id as MerchantId,
    endpointId: idOf('we', hexOf(row.endpoint_id)),
    eventId: idOf('evt', hexOf(row.event_id)),
    eventType: row.event_type,
    ...(row.payment_id === null ? {} : { paymentId: idOf('pay', hexOf(row.payment_id)) }),
    url: row.url,
    body: row.body,
    attempts: row.attempts.map(restoreAttempt),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    version: row.version,
  };
  if (row.status !== 'pending') return { ...known, status: row.status };
  if (row.due_at === null) throw new Error(`pending delivery ${row.id} does not say when it is due`);
  return { ...known, status: 'pending', tries: row.tries, dueAt: row.due_at };
}

/** All that is written of a delivery, under its seal. */
export const deliveryToRow = (delivery: Delivery) =>
  sealed('webhook_delivery', {
    merchant_id: delivery.merchantId,
    id: uuidOf(delivery.id),
    endpoint_id: uuidOf(delivery.endpointId),
    event_id: uuidOf(delivery.eventId),
    event_type: delivery.eventType,
    payment_id: delivery.paymentId && uuidOf(delivery.paymentId),
    url: delivery.url,
    body: delivery.body,
    status: delivery.status,
    tries: delivery.status === 'pending' ? delivery.tries : 0,
    attempts: delivery.attempts.map(storedAttempt) as readonly JsonObject[],
    due_at: delivery.status === 'pending' ? rfc3339(delivery.dueAt) : undefined,
    expires_at: rfc3339(delivery.expiresAt),
    created_at: rfc3339(delivery.createdAt),
    updated_at: rfc3339(delivery.updatedAt),
    version: delivery.version,
  });

/** The columns that never change, each as one array. */
export const fixedColumns = (deliveries: readonly Delivery[]) => [
  deliveries.map(({ merchantId }) => merchantId),
  deliveries.map(({ id }) => uuidOf(id)),
  deliveries.map(({ endpointId }) => uuidOf(endpointId)),
  deliveries.map(({ eventId }) => uuidOf(eventId)),
  deliveries.map(({ eventType }) => eventType),
  deliveries.map(({ paymentId }) => (paymentId === undefined ? null : uuidOf(paymentId))),
  deliveries.map(({ body }) => body),
  deliveries.map(({ createdAt }) => new Date(createdAt)),
];

/** Those that attempts and replays change. */
export const movingColumns = (deliveries: readonly Delivery[]) => [
  deliveries.map(({ url }) => url),
  deliveries.map(({ status }) => status),
  deliveries.map((each) => (each.status === 'pending' ? each.tries : 0)),
  deliveries.map(({ attempts }) => attemptsText(attempts)),
  deliveries.map((each) => (each.status === 'pending' ? new Date(each.dueAt) : null)),
  deliveries.map(({ expiresAt }) => new Date(expiresAt)),
  deliveries.map(({ updatedAt }) => new Date(updatedAt)),
  deliveries.map(({ version }) => version),
  deliveries.map((delivery) => deliveryToRow(delivery).seal),
];

const attemptsText = (attempts: readonly Attempt[]): string => jsonText(attempts.map(storedAttempt));
