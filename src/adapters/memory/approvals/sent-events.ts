import { okAsync } from 'neverthrow';
import type { SentEvent } from '../../../domain/approvals/sent-event.ts';
import { EVENTS_KEPT_MS } from '../../../domain/kernel/events.ts';
import type { SentEvents } from '../../../ports/approvals/sent-events.ts';
import type { Kept } from '../retention.ts';
import type { ApprovalsStore } from './store.ts';

export const memorySentEvents = ({ sentEvents, written }: ApprovalsStore): SentEvents => ({
  addAll(events) {
    for (const event of events) {
      if (sentEvents.has(sentEventKeyText(event))) continue;
      sentEvents.set(sentEventKeyText(event), event);
      written.add(event);
    }
    return okAsync(undefined);
  },
});

export const sentEventKeyText = ({ paymentId, id }: SentEvent): string => `${paymentId} ${id}`;

export const keptSentEvents =
  ({ sentEvents }: ApprovalsStore): Kept =>
  () =>
    [...sentEvents].map(([key, { created }]) => ({
      endsAt: created + EVENTS_KEPT_MS,
      forget: () => sentEvents.delete(key),
    }));
