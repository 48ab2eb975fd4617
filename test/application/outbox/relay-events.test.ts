import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { EventSink } from '../../../src/application/outbox/event-sink.ts';
import { relayEvents } from '../../../src/application/outbox/relay-events.ts';
import type { DomainEvent } from '../../../src/domain/kernel/events.ts';
import type { EventRefused } from '../../../src/ports/outbox.ts';
import { OUTBOX_SHARDS } from '../../../src/ports/outbox.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { SinkUnavailable } from '../../../src/ports/unavailable.ts';
import { anOpening, NOON } from '../../fixtures/changes.ts';
import { handClock } from '../../support/relay-workers.ts';

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

type Taken = ReturnType<EventSink['take']>;

describe('relaying events', () => {
  let storage: Storage;
  let clock: ReturnType<typeof handClock>;
  beforeEach(() => {
    storage = memoryStorage();
    clock = handClock();
  });

  const written = async (count: number): Promise<readonly DomainEvent[]> => {
    const openings = Array.from({ length: count }, (_, n) => anOpening({ createdAt: NOON - 1_000 + n }));
    for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
    return openings.flatMap(({ change }) => change.events);
  };
  const aSink = (name: string, take: (events: readonly DomainEvent[]) => Taken) => {
    const offers: (readonly string[])[] = [];
    const sink: EventSink = {
      name,
      take: (events) => {
        offers.push(events.map(({ id }) => id));
        return take(events);
      },
    };
    return { sink, offers };
  };
  const taking = (): Taken => okAsync([]);
  const down = (): Taken => errAsync({ kind: 'SinkUnavailable', cause: new Error('down') });
  const relayTo = (...sinks: readonly EventSink[]) => {
    const relay = relayEvents({ outbox: storage.outbox, sinks, clock });
    return async () => (await relay(EVERY_SHARD))._unsafeUnwrap();
  };
  const unsent = async () => (await storage.outbox.unsent(1_000))._unsafeUnwrap().map(({ id }) => id);
  const idsOf = (events: readonly DomainEvent[]) => events.map(({ id }) => id);

  it('does nothing for no shards, and nothing with no events', async () => {
    const { sink, offers } = aSink('a', taking);
    const relay = relayEvents({ outbox: storage.outbox, sinks: [sink], clock });
    expect((await relay([]))._unsafeUnwrap()).toMatchObject({ lagsMs: [], more: false });
    expect((await relay(EVERY_SHARD))._unsafeUnwrap()).toMatchObject({ lagsMs: [], more: false });
    expect(offers).toEqual([]);
  });

  it('offers every sink what those before it took, and gives how long events waited', async () => {
    const events = await written(3);
    const [refused, ...others] = idsOf(events);
    const a = aSink('a', () => okAsync([{ eventId: refused ?? '', error: 'no' }]));
    const b = aSink('b', taking);
    const round = await relayTo(a.sink, b.sink)();
    expect(a.offers).toEqual([idsOf(events)]);
    expect(b.offers).toEqual([others]);
    expect(round).toEqual({
      lagsMs: [999, 998],
      retried: 1,
      parked: 0,
      failures: [{ sink: 'a', kind: 'refused', cause: 'no' }],
      more: false,
    });
    expect(await unsent()).toEqual([refused]);
  });

  it('tries what is refused five times, ever later, and then parks it', async () => {
    const [event] = await written(1);
    const { sink, offers } = aSink('a', ([first]) =>
      okAsync(first ? [{ eventId: first.id, error: 'no' }] : []),
    );
    const round = relayTo(sink);
    const waits = [1_000, 2_000, 4_000, 8_000];
    for (const [n, wait] of waits.entries()) {
      expect(await round()).toMatchObject({ retried: 1, parked: 0 });
      expect(offers).toHaveLength(n + 1);
      clock.pass(wait - 1);
      await round();
      expect(offers).toHaveLength(n + 1);
      clock.pass(1);
    }
    expect(await round()).toMatchObject({ retried: 0, parked: 1 });
    expect((await storage.outbox.parked(10))._unsafeUnwrap()).toMatchObject([
      { id: event?.id, tries: 5, error: 'no' },
    ]);
    clock.pass(86_400_000);
    await round();
    expect(offers).toHaveLength(5);

    (await storage.outbox.unpark(event?.id ?? ('' as DomainEvent['id'])))._unsafeUnwrap();
    expect(await round()).toMatchObject({ retried: 1, parked: 0 });
  });

  it('keeps everything while a sink is down, and asks it ever less often', async () => {
    await written(2);
    let response: () => Taken = down;
    const before = aSink('before', taking);
    const { sink, offers } = aSink('a', () => response());
    const round = relayTo(before.sink, sink);
    for (const rest of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const asked = offers.length;
      expect(await round()).toMatchObject({
        lagsMs: [],
        retried: 0,
        parked: 0,
        failures: [{ kind: 'down' }],
      });
      clock.pass(rest - 1);
      await round();
      expect(offers).toHaveLength(asked + 1);
      clock.pass(1);
    }
    expect(before.offers).toHaveLength(offers.length);
    response = taking;
    expect((await round()).lagsMs).toHaveLength(2);
    expect(await unsent()).toEqual([]);

    await written(1);
    response = down;
    await round();
    clock.pass(500);
    response = taking;
    expect((await round()).lagsMs).toHaveLength(1);
  });

  it('asks at once when the clock stepped back while a sink was down', async () => {
    await written(1);
    let response: () => Taken = down;
    const round = relayTo(aSink('a', () => response()).sink);
    await round();
    clock.pass(-3_600_000);
    response = taking;
    expect((await round()).lagsMs).toEqual([0]);
  });

  it('finds the event that a sink throws at, and relays the others', async () => {
    const events = await written(4);
    const bad = events[2]?.id;
    const throwing = (given: readonly DomainEvent[]): Taken => {
      if (given.some(({ id }) => id === bad)) throw new TypeError('not so');
      return okAsync([]);
    };
    const round = relayTo(aSink('a', throwing).sink);
    const first = await round();
    expect(first).toMatchObject({ retried: 1, failures: [{ sink: 'a', kind: 'defect' }] });
    expect(first.lagsMs).toHaveLength(3);
    expect(await unsent()).toEqual([bad]);
    for (let n = 0; n < 4; n += 1) {
      clock.pass(60_000);
      await round();
    }
    expect((await storage.outbox.parked(5))._unsafeUnwrap()).toMatchObject([
      { id: bad, error: 'a broke on it' },
    ]);
  });

  it('says when there is more, and goes through any backlog', async () => {
    const events = await written(1_500);
    const { sink, offers } = aSink('a', taking);
    const round = relayTo(sink);
    expect((await round()).more).toBe(true);
    for (let more = true; more; ) more = (await round()).more;
    expect(offers.flat().toSorted()).toEqual(idsOf(events).toSorted());
    expect(Math.max(...offers.map(({ length }) => length))).toBeLessThanOrEqual(400);
  });

  it('is not held up by any number that wait or are refused', async () => {
    const events = await written(600);
    const good = new Set(idsOf(events).slice(-20));
    const refusing = (given: readonly DomainEvent[]): ResultAsync<readonly EventRefused[], SinkUnavailable> =>
      okAsync(given.flatMap(({ id }) => (good.has(id) ? [] : [{ eventId: id, error: 'no' }])));
    const { sink } = aSink('a', refusing);
    const round = relayTo(sink);
    for (let more = true; more; ) more = (await round()).more;
    const left = new Set(await unsent());
    expect([...good].filter((id) => left.has(id))).toEqual([]);
    expect(left.size).toBe(580);
  });
});
