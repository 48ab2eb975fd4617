import { errAsync, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { Backlog, Outbox, OutboxEvent, Outgoing } from '../../ports/outbox.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import { inParallel } from '../kernel/in-parallel.ts';

/** What waits in an outbox, and its parked events, the oldest first, up to the limit that was asked for. */
export type OutboxState<Event extends Outgoing = DomainEvent> = Readonly<{
  backlog: Backlog;
  parked: readonly OutboxEvent<Event>[];
}>;

/** Two reads, in parallel. */
export const readOutbox =
  <Event extends Outgoing>({ outbox }: Readonly<{ outbox: Pick<Outbox<Event>, 'backlog' | 'parked'> }>) =>
  (limit: number): ResultAsync<OutboxState<Event>, StorageUnavailable> =>
    ResultAsync.combine([outbox.backlog(), outbox.parked(limit)] as const).map(([backlog, parked]) => ({
      backlog,
      parked,
    }));

/** No event of this id is parked, or more than a thousand older ones are. */
export type EventNotParked = Readonly<{ kind: 'EventNotParked' }>;

const MOST_SEARCHED = 1_000;

/** A parked event by its id. One read. */
export const findParked = <Event extends Outgoing>(
  outbox: Pick<Outbox<Event>, 'parked'>,
  id: Event['id'],
): ResultAsync<OutboxEvent<Event>, EventNotParked | StorageUnavailable> =>
  outbox.parked(MOST_SEARCHED).andThen((parked) => {
    const event = parked.find((each) => each.id === id);
    return event === undefined ? notParked<OutboxEvent<Event>>() : okAsync(event);
  });

export const notParked = <Found>(): ResultAsync<Found, EventNotParked> =>
  errAsync({ kind: 'EventNotParked' });

/** What unparking needs. */
export type UnparkPorts<Event extends Outgoing = DomainEvent> = Readonly<{
  outbox: Pick<Outbox<Event>, 'unpark' | 'parked'>;
  wakeUps: Pick<WakeUps, 'signal'>;
}>;

/** The ids of those that were parked, and are on their way again. One write each. */
export type UnparkEvents<Event extends Outgoing = DomainEvent> = (
  ids: readonly Event['id'][],
) => ResultAsync<readonly Event['id'][], StorageUnavailable>;

/**
 * Puts parked events back on their way, with no tries behind them; a relay meets them at once. Each is decided by itself,
 * and repeating it is harmless; after an Err any of them may be on its way.
 */
export const unparkEvents =
  <Event extends Outgoing>({ outbox, wakeUps }: UnparkPorts<Event>): UnparkEvents<Event> =>
  (ids) => {
    const failures: StorageUnavailable[] = [];
    return inParallel(ids, UNPARKED_AT_ONCE, (id) =>
      outbox.unpark(id).orElse((failure) => {
        failures.push(failure);
        return okAsync<boolean, never>(false);
      }),
    ).andThen((found) => {
      if (found.includes(true)) wakeUps.signal('outbox');
      return failures[0] === undefined ? okAsync(ids.filter((_, n) => found[n])) : errAsync(failures[0]);
    });
  };

/** `more`: so many were parked that some are left; the same again goes on with those. */
export type AllUnparked = Readonly<{ unparked: number; more: boolean }>;

/** Unparks whatever is parked, the oldest first, up to 10 000 in one call, so that a sink that goes on refusing ends it. */
export const unparkAll =
  <Event extends Outgoing>(ports: UnparkPorts<Event>) =>
  (): ResultAsync<AllUnparked, StorageUnavailable> =>
    safeTry(async function* () {
      let unparked = 0;
      while (unparked < MOST_UNPARKED) {
        const parked = yield* ports.outbox.parked(PAGE);
        if (parked.length === 0) return ok({ unparked, more: false });
        unparked += (yield* unparkEvents(ports)(parked.map(({ id }) => id))).length;
      }
      return ok({ unparked, more: true });
    });

const UNPARKED_AT_ONCE = 8;
const MOST_UNPARKED = 10_000;
const PAGE = 100;
