import type { Sha256 } from '../kernel/audit-chain.ts';
import type { EventId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type ApprovalEvent, hashOfData } from './approval-events.ts';
import type { AuditLogEntry } from './audit-log.ts';
import type { VendorPaymentId } from './ids.ts';

/** That an event was taken by all it goes to, kept for as long as events are; `hash` is the one under which its link seals it. */
export type SentEvent = Readonly<{ paymentId: VendorPaymentId; id: EventId; created: Instant; hash: string }>;

export const sentEvent = (event: ApprovalEvent, sha256: Sha256): SentEvent => ({
  paymentId: event.paymentId,
  id: event.id,
  created: event.created,
  hash: hashOfData(event, sha256),
});

/** What there must be of the events that a payment's links say were written with them, once they were sent. */
export const eventsOfLinks = (links: readonly AuditLogEntry[]): readonly SentEvent[] =>
  links.flatMap(({ paymentId, timestamp: created, written }) =>
    (written?.events ?? []).map(({ id, hash }) => ({ paymentId, id, created, hash })),
  );
