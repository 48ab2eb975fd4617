import { ResultAsync } from 'neverthrow';
import type { EventSink } from '../../src/application/outbox/event-sink.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import { type ShardAssignment, shardAssignment } from '../../src/application/outbox/shard-assignment.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { NOON } from '../fixtures/changes.ts';

/** A clock that moves by `pass` only. */
export function handClock(start: Instant = NOON) {
  let at = start;
  return {
    now: () => at,
    pass(ms: number) {
      at += ms;
    },
  };
}

export type HandClock = ReturnType<typeof handClock>;

/** Lets I/O through, or dies at one: then it is made or not, and no answer comes. */
export type Life = Readonly<{
  /** Counts calls, and never comes back from any after the end. */
  through<T, E>(call: () => ResultAsync<T, E>): ResultAsync<T, E>;
  /** Resolves when it has died. */
  dead: Promise<void>;
  die(): void;
  calls(): number;
}>;

/** Dies before (`made` false) or after (`made` true) the call of that number, from 0; without one at `die`. */
export function aLife(end?: Readonly<{ call: number; made: boolean }>): Life {
  const death = Promise.withResolvers<void>();
  let isDead = false;
  let count = 0;
  const never = new Promise<never>(() => {});
  const die = () => {
    isDead = true;
    death.resolve();
  };
  return {
    dead: death.promise,
    die,
    calls: () => count,
    through(call) {
      const number = count++;
      if (isDead) return ResultAsync.fromSafePromise(never);
      return new ResultAsync(
        (async () => {
          const isLast = number === end?.call;
          if (isLast && !end.made) die();
          const result = isDead ? await never : await call();
          if (isLast) die();
          return isDead ? never : result;
        })(),
      );
    },
  };
}

/** A sink that notes what it took, and refuses what it is set to. */
export function aSink(refuses: (event: DomainEvent) => boolean = () => false) {
  const taken: DomainEvent[] = [];
  const sink: EventSink = {
    name: 'notes',
    take: (events) =>
      ResultAsync.fromSafePromise(Promise.resolve()).map(() => {
        taken.push(...events.filter((event) => !refuses(event)));
        return events.filter(refuses).map(({ id }) => ({ eventId: id, error: 'not to our taste' }));
      }),
  };
  return { sink, taken };
}

/** One process's relay and its share of the shards, every step of which goes through its life. */
export function aRelay(
  { outbox, leases }: Pick<Storage, 'outbox' | 'leases'>,
  { sink, clock, holder, life }: Readonly<{ sink: EventSink; clock: HandClock; holder: string; life: Life }>,
) {
  const relay = relayEvents({
    outbox: {
      next: (...args) => life.through(() => outbox.next(...args)),
      sent: (...args) => life.through(() => outbox.sent(...args)),
      failed: (...args) => life.through(() => outbox.failed(...args)),
    },
    sinks: [{ name: sink.name, take: (events) => life.through(() => sink.take(events)) }],
    clock,
  });
  const share: ShardAssignment = shardAssignment(
    {
      leases: {
        hold: (...args) => life.through(() => leases.hold(...args)),
        holders: (...args) => life.through(() => leases.holders(...args)),
        release: (...args) => life.through(() => leases.release(...args)),
      },
      clock,
    },
    { work: 'outbox', shards: OUTBOX_SHARDS, holder },
  );
  return { relay, share, round: () => share.held().andThen(relay) };
}
