import type { EventId, MerchantId, PaymentId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/**
 * All that is sent outside; endpoints subscribe to these. Stored events and endpoints may name others, which an older version
 * had.
 */
export const EVENT_TYPES = [
  'payment.created',
  'payment.requires_action',
  'payment.authorized',
  'payment.succeeded',
  'payment.failed',
  'payment.canceled',
  'payment.authorization_expired',
  'payment.attention',
  'refund.created',
  'refund.failed',
  'transfer.completed',
  'webhook_endpoint.disabled',
  'export.completed',
  'export.failed',
  'settlement.completed',
  'dispute.created',
  'dispute.updated',
  'dispute.closed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A fact to be published, written in the commit that made it true. `id` is stable: consumers dedupe by it. */
export type DomainEvent = Readonly<{
  id: EventId;
  type: EventType;
  merchantId: MerchantId;
  /** The payment it is about, if it is about one. */
  paymentId?: PaymentId;
  created: Instant;
  data: JsonObject;
}>;

/** How long a merchant can list an event and have it delivered again. */
export const EVENTS_KEPT_MS = 30 * 24 * 3_600_000;

/** What an event is about: its payment, or else what its data is the record of. */
export const entityOf = ({ paymentId, data }: Pick<DomainEvent, 'paymentId' | 'data'>): string | undefined =>
  paymentId ?? (typeof data['id'] === 'string' ? data['id'] : undefined);
