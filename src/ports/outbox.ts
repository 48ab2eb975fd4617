import type { ResultAsync } from 'neverthrow';
import type { DomainEvent } from '../domain/kernel/events.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/**
 * Into how many shards events fall. One process at a time works on a shard. Stored keys depend on it: changing it needs
 * a migration that moves the events.
 */
export const OUTBOX_SHARDS = 16;

/** What relaying needs to know of an event; all else is between those who write events and those who take them. */
export type Outgoing = Readonly<{ id: string; type: string; created: Instant; paymentId?: string }>;

/** A retry further off than this is due at once: no event is put off for so long, so its time was edited. */
export const LONGEST_RETRY_MS = 60_000;

/**
 * All events of one payment fall into one shard, and no merchant's make one hot. Ids end in hex digits that are random,
 * so the last one is a hash.
 */
export const outboxShardOf = ({ id, paymentId = id }: Pick<Outgoing, 'id' | 'paymentId'>): number =>
  Number.parseInt(paymentId.slice(-1), 16) % OUTBOX_SHARDS;

/** An event on its way out. `tries` counts those that failed; until `retryAt` it is left alone. */
export type OutboxEvent<Event extends Outgoing = DomainEvent> = Event &
  Readonly<{ tries: number; retryAt?: Instant; error?: string }>;

/** `unsent` counts those that wait for a retry, and may stop counting at 10 000. `oldestAt` is of the oldest of them. */
export type Backlog = Readonly<{ unsent: number; parked: number; oldestAt?: Instant }>;

/** An event that the sink does not take as it is, however often it is asked; `error` may be shown to operators. */
export type EventRefused = Readonly<{ eventId: string; error: string }>;

/**
 * Events that commits wrote and no relay has sent yet. An event that was sent is gone, so there is nothing to prune.
 * Every read is strongly consistent and begins with the oldest, so that an event whose commit took long is not missed.
 * Adapters must pass `test/contract/outbox.contract.ts`.
 */
export interface Outbox<Event extends Outgoing = DomainEvent> {
  /** The oldest unsent events by id, up to `limit`; those that wait are among them, those that are parked are not. */
  unsent(limit: number): ResultAsync<readonly Event[], StorageUnavailable>;
  /**
   * The oldest events of each of the shards, up to `limit` of each, all sorted by id; without those that wait for a
   * retry after `now` and not later than `LONGEST_RETRY_MS` after it. One round trip.
   */
  next(
    shards: readonly number[],
    now: Instant,
    limit: number,
  ): ResultAsync<readonly OutboxEvent<Event>[], StorageUnavailable>;
  /** Removes events for good. Those that are gone already are no error, and after an Err any of them may be gone. */
  sent(events: readonly Event[]): ResultAsync<void, StorageUnavailable>;
  /**
   * Notes one more failed try than `event` has, and keeps it, for a retry or parked: then no read gives it until it is
   * unparked. Writes nothing when the event is gone, or parked already. Safe to repeat.
   */
  failed(
    event: OutboxEvent<Event>,
    error: string,
    next: Instant | 'parked',
  ): ResultAsync<void, StorageUnavailable>;
  /** The oldest parked events by id, up to `limit`. */
  parked(limit: number): ResultAsync<readonly OutboxEvent<Event>[], StorageUnavailable>;
  /** Puts a parked event back among the unsent, with no tries behind it. False when it is not parked, as after a lost reply. */
  unpark(id: Event['id']): ResultAsync<boolean, StorageUnavailable>;
  backlog(): ResultAsync<Backlog, StorageUnavailable>;
}
