import type { ResultAsync } from 'neverthrow';
import type { DomainEvent } from '../domain/events.ts';
import type { Outgoing } from './outbox.ts';

/** The sink cannot take anything now. It may have taken any of what it was given. `cause` is for logs only. */
export type SinkUnavailable = Readonly<{ kind: 'SinkUnavailable'; cause: unknown }>;

/** An event that the sink does not take as it is, however often it is asked; `error` may be shown to operators. */
export type EventRefused = Readonly<{ eventId: string; error: string }>;

/**
 * Where events go. Every event is given at least once, and again after a crash, or when another sink was down or refused
 * it: a sink must know by its id what it has taken before.
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
