import { okAsync } from 'neverthrow';
import { EVENTS_KEPT_MS } from '../../../domain/kernel/events.ts';
import type { ReadableEventBus } from '../../../ports/approvals/event-bus.ts';
import type { Kept } from '../retention.ts';
import type { ApprovalsStore } from './store.ts';

type Published = Pick<ApprovalsStore, 'published'>;

/** Stands in for a bus where there is none. */
export const memoryEventBus = ({ published }: Published): ReadableEventBus => ({
  publish(events) {
    for (const event of events) published.set(event.id, event);
    return okAsync([]);
  },
  newest: (limit) => okAsync([...published.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit)),
});

export const keptPublishedEvents =
  ({ published }: Published): Kept =>
  () =>
    [...published].map(([id, { created }]) => ({
      endsAt: created + EVENTS_KEPT_MS,
      forget: () => published.delete(id),
    }));
