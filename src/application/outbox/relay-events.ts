import { errAsync, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventRefused, Outbox, OutboxEvent, Outgoing } from '../../ports/outbox.ts';
import type { SinkUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { EventSink } from './event-sink.ts';

export type RelayPorts<Event extends Outgoing = DomainEvent> = Readonly<{
  outbox: Pick<Outbox<Event>, 'next' | 'sent' | 'failed'>;
  /** Asked in this order; each gets what those before it took. Without any, events are removed. */
  sinks: readonly EventSink<Event>[];
  clock: Clock;
}>;

/** A try that did not end well: one event that was refused, or all that were offered to a sink that was down. */
export type RelayFailure = Readonly<{ sink: string; kind: 'refused' | 'down' | 'defect'; cause: unknown }>;

/** `lagsMs`: how long each sent event waited since it was made. `more`: another round would find events at once. */
export type Relayed = Readonly<{
  lagsMs: readonly number[];
  retried: number;
  parked: number;
  failures: readonly RelayFailure[];
  more: boolean;
}>;

/**
 * One round over some shards of an outbox: reads the oldest events, hands them to every sink and removes them.
 *
 * What is promised: each event reaches every sink at least once, whenever this or any rival dies, and what is removed
 * was taken by all. While a sink refuses none of them, events of one payment first reach it in the order of their ids,
 * which is that of their commits as far as clocks agree; after a death, or when two relays work on one shard, it may
 * meet older ones again. An event that a sink refuses is tried five times over about 15 s and then parked with its
 * error; it holds up no other, so those that follow it overtake it. While a sink is down all events stay, without a try being counted, and rounds do nothing until a
 * rest that doubles up to 30 s is over; a sink that throws has refused the event it throws at.
 */
export type RelayEvents = (shards: readonly number[]) => ResultAsync<Relayed, StorageUnavailable>;

/** Of all shards together: enough to share trips, and little enough to be repeated after a crash. */
const EVENTS_PER_ROUND = 400;
const MOST_TRIES = 5;
const FIRST_RETRY_MS = 1_000;
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 30_000;
const FAILURES_AT_ONCE = 8;

const NOTHING: Relayed = { lagsMs: [], retried: 0, parked: 0, failures: [], more: false };

export const relayEvents = <Event extends Outgoing = DomainEvent>({
  outbox,
  sinks,
  clock,
}: RelayPorts<Event>): RelayEvents => {
  let rest: Readonly<{ from: Instant; to: Instant }> | undefined;
  let restMs = FIRST_REST_MS;

  return (shards) => {
    const now = clock.now();
    const isResting = rest !== undefined && rest.from <= now && now < rest.to;
    return shards.length === 0 || isResting ? okAsync(NOTHING) : round(shards, now);
  };

  function round(shards: readonly number[], now: Instant): ResultAsync<Relayed, StorageUnavailable> {
    return safeTry(async function* () {
      const limit = Math.ceil(EVENTS_PER_ROUND / shards.length);
      const events = yield* outbox.next(shards, now, limit);
      if (events.length === 0) return ok(NOTHING);
      const { taken, refused, down } = await handOver(events);
      if (taken.length > 0) yield* outbox.sent(taken);
      const at = clock.now();
      const ends = yield* noteRefusals(refused, at);
      noteHealth(down, at);
      return ok({
        lagsMs: taken.map(({ created }) => Math.max(0, at - created)),
        retried: ends.filter((end) => end === 'retried').length,
        parked: ends.filter((end) => end === 'parked').length,
        failures: [...refused.map(({ failure }) => failure), ...(down === undefined ? [] : [down])],
        more: down === undefined && events.length >= limit,
      });
    });
  }

  /** Every event is either taken by all sinks, refused by one, or stays because one is down. */
  async function handOver(events: readonly OutboxEvent<Event>[]): Promise<HandedOver<Event>> {
    const refused: Refused<Event>[] = [];
    let left = events;
    for (const sink of sinks) {
      if (left.length === 0) break;
      const given = await giveTo(sink, left);
      const failureOf = new Map(given.refused.map((each) => [each.event.id, each]));
      refused.push(...failureOf.values());
      if (given.down !== undefined) return { taken: [], refused, down: given.down };
      left = left.filter(({ id }) => !failureOf.has(id));
    }
    return { taken: left, refused };
  }

  function noteRefusals(
    refused: readonly Refused<Event>[],
    at: Instant,
  ): ResultAsync<readonly ('retried' | 'parked')[], StorageUnavailable> {
    const silent: StorageUnavailable[] = [];
    return inParallel(refused, FAILURES_AT_ONCE, ({ event, error }) => {
      const isLast = event.tries + 1 >= MOST_TRIES;
      return outbox
        .failed(event, error, isLast ? 'parked' : at + FIRST_RETRY_MS * 2 ** event.tries)
        .map((): 'retried' | 'parked' => (isLast ? 'parked' : 'retried'))
        .orElse((failure) => {
          silent.push(failure);
          return okAsync<'retried' | 'parked', never>('retried');
        });
    }).andThen((ends) => (silent[0] === undefined ? okAsync(ends) : errAsync(silent[0])));
  }

  function noteHealth(down: RelayFailure | undefined, at: Instant): void {
    rest = down === undefined ? undefined : { from: at, to: at + restMs };
    restMs = down === undefined ? FIRST_REST_MS : Math.min(2 * restMs, LONGEST_REST_MS);
  }
};

type Refused<Event extends Outgoing> = Readonly<{
  event: OutboxEvent<Event>;
  error: string;
  failure: RelayFailure;
}>;
type HandedOver<Event extends Outgoing> = Readonly<{
  taken: readonly OutboxEvent<Event>[];
  refused: readonly Refused<Event>[];
  down?: RelayFailure;
}>;
type Given<Event extends Outgoing> = Omit<HandedOver<Event>, 'taken'>;

/** A sink that throws at many events is given each alone, so that the one it throws at is known. */
async function giveTo<Event extends Outgoing>(
  sink: EventSink<Event>,
  events: readonly OutboxEvent<Event>[],
): Promise<Given<Event>> {
  const took = await offer(sink, events);
  if (took.isOk()) return { refused: refusedOf(sink, events, took.value) };
  const { kind, cause } = took.error;
  if (kind === 'SinkUnavailable') return { refused: [], down: { sink: sink.name, kind: 'down', cause } };
  const [only] = events;
  if (events.length === 1 && only !== undefined) {
    const failure: RelayFailure = { sink: sink.name, kind: 'defect', cause };
    return { refused: [{ event: only, error: `${sink.name} broke on it`, failure }] };
  }
  const refused: Refused<Event>[] = [];
  for (const event of events) {
    const alone = await giveTo(sink, [event]);
    refused.push(...alone.refused);
    if (alone.down !== undefined) return { refused, down: alone.down };
  }
  return { refused };
}

type SinkBroke = Readonly<{ kind: 'SinkBroke'; cause: unknown }>;

const offer = <Event extends Outgoing>(
  sink: EventSink<Event>,
  events: readonly OutboxEvent<Event>[],
): ResultAsync<readonly EventRefused[], SinkUnavailable | SinkBroke> =>
  ResultAsync.fromThrowable(
    async () => sink.take(events),
    (cause): SinkBroke => ({ kind: 'SinkBroke', cause }),
  )().andThen((taken) => taken);

function refusedOf<Event extends Outgoing>(
  sink: EventSink<Event>,
  events: readonly OutboxEvent<Event>[],
  refusals: readonly EventRefused[],
): readonly Refused<Event>[] {
  const errors = new Map(refusals.map(({ eventId, error }) => [eventId, error]));
  return events.flatMap((event) => {
    const error = errors.get(event.id);
    const failure: RelayFailure = { sink: sink.name, kind: 'refused', cause: error };
    return error === undefined ? [] : [{ event, error, failure }];
  });
}
