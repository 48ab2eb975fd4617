import type { SentEvent } from '../../../domain/approvals/sent-event.ts';
import { EVENTS_KEPT_MS } from '../../../domain/kernel/events.ts';
import type { SentEvents } from '../../../ports/approvals/sent-events.ts';
import { putBatches } from '../batch-writes.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { type Table, TTL_ATTRIBUTE } from '../table.ts';
import { sentEventKey } from './keys.ts';

/** A write unit for each event that was sent, and none for the commit that wrote it. */
export const dynamodbSentEvents = (table: Table): SentEvents => ({
  addAll: (events) =>
    attempt(() =>
      putBatches(table, [...new Map(events.map((event) => [event.id, event])).values()].map(sentEventItem)),
    ),
});

export const sentEventItem = ({ paymentId, id, created, hash }: SentEvent): Item => ({
  ...sentEventKey(paymentId, id),
  created,
  hash,
  [TTL_ATTRIBUTE]: Math.ceil((created + EVENTS_KEPT_MS) / 1_000),
});
