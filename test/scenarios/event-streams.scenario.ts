import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type EventStream,
  type EventStreams,
  eventStreams,
  STANDS_BACK_MS,
} from '../../src/application/webhooks/event-streams.ts';
import { type DomainEvent, EVENTS_KEPT_MS } from '../../src/domain/kernel/events.ts';
import type { EventId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening } from '../fixtures/changes.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { type HandClock, handClock } from '../support/relay-workers.ts';

const merchantId = aMerchantId();
const stranger = aMerchantId('merchant-b');
const ids = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);

/** What streams of events give on every storage, whenever events appear and whoever connects. */
export function eventStreamsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Streams of events: ${adapter}`, () => {
    let storage: Storage;
    let clock: HandClock;
    let streams: EventStreams;
    beforeEach(async () => {
      storage = await open();
      clock = handClock();
      streams = aProcess();
      return () => storage.close();
    });

    /** Streams of a process of their own. */
    const aProcess = (ports: Partial<Storage> = {}) => eventStreams({ ...storage, ...ports, clock });
    const connect = async (after?: string, on = streams, of = merchantId, wake = () => {}) =>
      (
        await on.open({ merchantId: of, wake, ...present({ after: after as EventId | undefined }) })
      )._unsafeUnwrap();
    /** All that it has to give now. */
    async function read(stream: EventStream): Promise<readonly string[]> {
      const all: string[] = [];
      for (;;) {
        const page = (await stream.ready())._unsafeUnwrap();
        if (page.length === 0) return all;
        all.push(...ids(page));
      }
    }
    const readOn = async (on = streams) => {
      while ((await on.round())._unsafeUnwrap() === 'more');
    };
    /** A commit with one event, made `agoMs` before it. */
    async function happen(of = merchantId, agoMs = 0): Promise<DomainEvent> {
      const { change } = anOpening({ merchantId: of, createdAt: clock.now() - agoMs });
      (await storage.commits.commit(change))._unsafeUnwrap();
      const [event] = change.events;
      if (event === undefined) throw new Error('nothing happened');
      return event;
    }
    /** What the relay does with an event. */
    async function relay(...events: readonly DomainEvent[]): Promise<void> {
      (await storage.eventLog.addAll(events))._unsafeUnwrap();
      (await storage.outbox.sent(events))._unsafeUnwrap();
    }
    const settle = async (on = streams) => {
      clock.pass(STANDS_BACK_MS + 1);
      await readOn(on);
    };

    it('give what happens after they begin, in order and once, and what they are about in ids alone', async () => {
      await relay(await happen());
      clock.pass(60_000);
      const stream = await connect();
      expect(await read(stream)).toEqual([]);
      const [first, second] = [await happen(), await happen()];
      await relay(second, first);
      await settle();
      const page = (await stream.ready())._unsafeUnwrap();
      expect(page.map(({ id, type, created, about }) => ({ id, type, created, about }))).toEqual(
        [first, second]
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .map(({ id, type, created, paymentId }) => ({
            id,
            type,
            created,
            about: { payment_id: paymentId },
          })),
      );
      await settle();
      expect(await read(stream)).toEqual([]);
    });

    it('never give an event before one that is older and still on its way into the log', async () => {
      const stream = await connect();
      const older = await happen();
      clock.pass(10);
      const newer = await happen();
      await relay(newer);
      clock.pass(60_000);
      await readOn();
      expect(await read(stream)).toEqual([]);
      await relay(older);
      await readOn();
      expect(await read(stream)).toEqual(ids([older, newer]));
    });

    it('never pass over an event whose commit took long', async () => {
      const stream = await connect();
      const swift = await happen();
      await relay(swift);
      clock.pass(STANDS_BACK_MS - 100);
      await readOn();
      const slow = await happen(merchantId, STANDS_BACK_MS - 200);
      await relay(slow);
      await settle();
      expect(await read(stream)).toEqual(ids([swift, slow]));
    });

    it('give each event once in order, in whatever order events appear and processes die beneath a client', async () => {
      const events: DomainEvent[] = [];
      for (let n = 0; n < 24; n += 1) {
        clock.pass(40);
        events.push(await happen());
      }
      const first = events[0]?.id ?? '';
      const seen: string[] = [];
      let process = aProcess();
      let stream = await connect(first, process);
      for (let n = 0; n < events.length; n += 1) {
        await relay(...events.slice((n * 7) % 24, ((n * 7) % 24) + 1));
        clock.pass(n % 3 === 0 ? 5_000 : 200);
        await readOn(process);
        seen.push(...ids((await stream.ready())._unsafeUnwrap()));
        if (n % 5 !== 4) continue;
        process.close();
        process = aProcess();
        stream = await connect(seen.at(-1) ?? first, process);
      }
      await settle(process);
      seen.push(...(await read(stream)));
      expect(seen).toEqual(ids(events.slice(1)));
    });

    it('give a merchant nothing of another, while both are told of much', async () => {
      const [mine, theirs] = [await connect(), await connect(undefined, streams, stranger)];
      const made = await Promise.all(
        Array.from({ length: 30 }, async (_, n) => {
          const event = await happen(n % 3 === 0 ? stranger : merchantId);
          await relay(event);
          return event;
        }),
      );
      const own = (of: string) => ids(made.filter((event) => event.merchantId === of)).toSorted();
      clock.pass(STANDS_BACK_MS + 1);
      await Promise.all([readOn(), connect(), connect(undefined, streams, stranger)]);
      const [ofMine, ofTheirs] = await Promise.all([read(mine), read(theirs)]);
      expect(ofMine).toEqual(own(merchantId));
      expect(ofTheirs).toEqual(own(stranger));
      const [first = ''] = ofTheirs;
      const resumed = await connect(first, streams, merchantId);
      expect(await read(resumed)).toEqual(ofMine.filter((id) => id > first));
    });

    it('give a reader that fell far behind everything it missed, beside one that is up to date', async () => {
      const [swift, slow] = [await connect(), await connect()];
      const events: DomainEvent[] = [];
      const seen: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const made = Array.from({ length: 190 }, (_, n) => anEvent({ at: clock.now() + n }));
        events.push(...made);
        await relay(...made);
        clock.pass(190);
        await settle();
        seen.push(...(await read(swift)));
      }
      expect(seen).toEqual(ids(events));
      expect(await read(slow)).toEqual(ids(events));
    });

    it('begin with what came after the last that the client has, of the last 30 days', async () => {
      const old = anEvent({ at: clock.now() - EVENTS_KEPT_MS - 1_000 });
      const events = Array.from({ length: 3 }, (_, n) => anEvent({ at: clock.now() - 60_000 + n }));
      await relay(old, ...events);
      expect(await read(await connect(events[0]?.id))).toEqual(ids(events.slice(1)));
      const ancient = anEvent({ at: clock.now() - 2 * EVENTS_KEPT_MS });
      expect(await read(await connect(ancient.id))).toEqual(ids(events));
      expect(await read(await connect(`evt_${'f'.repeat(32)}`))).toEqual([]);
    });

    it('stay further back after the store was silent, as commits may be late', async () => {
      let isSilent = false;
      const process = aProcess({
        outbox: {
          ...storage.outbox,
          unsent: (limit) =>
            isSilent
              ? errAsync({ kind: 'StorageUnavailable', cause: 'silent' })
              : storage.outbox.unsent(limit),
        },
      });
      const stream = await connect(undefined, process);
      clock.pass(1_000);
      const made = clock.now();
      isSilent = true;
      expect((await process.round())._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      isSilent = false;
      clock.pass(12_000);
      await readOn(process);
      const late = await happen(merchantId, clock.now() - made);
      await relay(late);
      clock.pass(40_000);
      await readOn(process);
      expect(await read(stream)).toEqual([late.id]);
    });
  });
}
