import type { ResultAsync } from 'neverthrow';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { EventRefused, Outgoing } from '../../ports/outbox.ts';
import type { SinkUnavailable } from '../../ports/unavailable.ts';

/**
 * Where events go. Every event is given at least once, and again after a crash, or when another sink was down or refused
 * it: a sink must know by its id what it has taken before.
 *
 * ```ts
 * const noting = (notes: Map<EventId, DomainEvent>): EventSink => ({
 *   name: 'notes',
 *   take(events) {
 *     for (const event of events) notes.set(event.id, event);
 *     return okAsync([]);
 *   },
 * });
 * ```
 */
export type EventSink<Event extends Outgoing = DomainEvent> = Readonly<{
  /** Names it in metrics and logs: `[a-z_]+`. */
  name: string;
  /**
   * Takes events for good, durably, before it resolves, all but those it names. `events` are sorted by id; order among
   * a payment's events is that of their commits while nothing fails.
   */
  take(events: readonly Event[]): ResultAsync<readonly EventRefused[], SinkUnavailable>;
}>;
