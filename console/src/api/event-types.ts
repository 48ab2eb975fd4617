import type { Schemas } from './api.ts';

export type EventType = NonNullable<Schemas['NewReplay']['event_types']>[number];

/** A type that the API has and this has not does not compile. */
const EACH: Readonly<Record<EventType, true>> = {
  'payment.created': true,
  'payment.requires_action': true,
  'payment.authorized': true,
  'payment.succeeded': true,
  'payment.failed': true,
  'payment.canceled': true,
  'payment.authorization_expired': true,
  'payment.attention': true,
  'refund.created': true,
  'refund.failed': true,
  'transfer.completed': true,
  'webhook_endpoint.disabled': true,
  'export.completed': true,
  'export.failed': true,
  'settlement.completed': true,
  'dispute.created': true,
  'dispute.updated': true,
  'dispute.closed': true,
};
/** What events are of. */
export const EVENT_TYPES = Object.keys(EACH) as readonly EventType[];
