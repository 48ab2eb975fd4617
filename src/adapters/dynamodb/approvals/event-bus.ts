import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import { EVENTS_KEPT_MS } from '../../../domain/kernel/events.ts';
import type { ReadableEventBus } from '../../../ports/approvals/event-bus.ts';
import { putBatches } from '../batch-writes.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { findAll, within } from '../reads.ts';
import { type Table, TTL_ATTRIBUTE } from '../table.ts';
import { APPROVAL_EVENTS } from './approval-items.ts';
import { BUS_PARTITION, busEventKey } from './keys.ts';

/** Stands in for a bus where there is none, in one partition. */
export const dynamodbEventBus = (table: Table): ReadableEventBus => ({
  publish: (events) =>
    attempt(() =>
      putBatches(table, [...new Map(events.map((event) => [event.id, event])).values()].map(busEventItem)),
    )
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),
  newest: (limit) =>
    findAll(table, { ...within(BUS_PARTITION), ScanIndexForward: false }, APPROVAL_EVENTS.eventOf, limit),
});

const busEventItem = (event: ApprovalEvent): Item => ({
  ...APPROVAL_EVENTS.itemOf(event),
  ...busEventKey(event.id),
  [TTL_ATTRIBUTE]: Math.ceil((event.created + EVENTS_KEPT_MS) / 1_000),
});
