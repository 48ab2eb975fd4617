import { beforeEach, describe, expect, it } from 'vitest';
import type { EventSink } from '../../src/application/outbox/event-sink.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import { OUTBOX_SHARDS, outboxShardOf } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { aLife, aRelay, aSink, handClock, type Life } from '../support/relay-workers.ts';

/** What the relay makes of every storage's outbox and leases: events leave, whichever process dies. */
export function relayContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Relay contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    /** Commits payments, each created and then succeeded; gives their events in the order of their commits. */
    const pay = async (count: number): Promise<readonly DomainEvent[]> => {
      const paid = await Promise.all(
        Array.from({ length: count }, async () => {
          const opening = anOpening({ createdAt: NOON });
          (await storage.commits.commit(opening.change))._unsafeUnwrap();
          const success = aSuccess(opening);
          (await storage.commits.commit(success))._unsafeUnwrap();
          return [...opening.change.events, ...success.events];
        }),
      );
      return paid.flat();
    };

    const expectFirstInOrder = (taken: readonly DomainEvent[], written: readonly DomainEvent[]) => {
      const first = [...new Set(taken.map(({ id }) => id))];
      expect(first.toSorted()).toEqual(written.map(({ id }) => id).toSorted());
      const place = new Map(first.map((id, n) => [id, n]));
      for (const events of Map.groupBy(written, ({ paymentId }) => paymentId).values()) {
        const places = events.map(({ id }) => place.get(id) ?? -1);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    };

    it('hands over every event once, a payment’s in order, and leaves nothing', async () => {
      const written = await pay(30);
      const { sink, taken } = aSink();
      const { round } = aRelay(storage, { sink, clock: handClock(), holder: 'one', life: aLife() });
      for (let more = true; more; ) more = (await round())._unsafeUnwrap().more;
      expect(taken).toHaveLength(written.length);
      expectFirstInOrder(taken, written);
      expect((await storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
    });

    it('loses nothing when it dies between any two steps, and parks what is refused', {
      timeout: 60_000,
    }, async () => {
      const clock = handClock();
      const lastRounds = async (life: Life, sink: EventSink, shards: readonly number[]) => {
        const { relay } = aRelay(storage, { sink, clock, holder: 'one', life });
        for (let n = 0; n < 7; n += 1) {
          await Promise.race([relay(shards), life.dead]);
          clock.pass(20_000);
        }
      };
      let deaths = 0;
      for (const made of [false, true]) {
        for (let call = 0, isOver = false; !isOver; call += 1) {
          const written = await pay(2);
          const poison = written[0]?.id;
          const shards = [...new Set(written.map(outboxShardOf))];
          const { sink, taken } = aSink(({ id }) => id === poison);
          const life = aLife({ call, made });
          await lastRounds(life, sink, shards);
          isOver = life.calls() <= call;
          if (!isOver) deaths += 1;
          await lastRounds(aLife(), sink, shards);
          const wanted = written.map(({ id }) => id).filter((id) => id !== poison);
          expect([...new Set(taken.map(({ id }) => id))].toSorted()).toEqual(wanted.toSorted());
          const parked = (await storage.outbox.parked(10))._unsafeUnwrap();
          expect(parked).toMatchObject([{ id: poison, tries: 5, error: 'not to our taste' }]);
          expect((await storage.outbox.unsent(10))._unsafeUnwrap()).toEqual([]);
          for (const { id } of parked) (await storage.outbox.unpark(id))._unsafeUnwrap();
          (await storage.outbox.sent(parked))._unsafeUnwrap();
        }
      }
      expect(deaths).toBeGreaterThan(20);
    });

    it('shares the shards evenly among those who are there, and takes over from the dead', async () => {
      const clock = handClock();
      const { sink } = aSink();
      const lives = [aLife(), aLife(), aLife()];
      const shares = lives.map((life, n) => aRelay(storage, { sink, clock, holder: `w-${n}`, life }).share);
      const turns = async (who: readonly number[], count: number): Promise<readonly number[]> => {
        let held: (readonly number[])[] = [];
        for (let n = 0; n < count; n += 1) {
          held = [];
          for (const each of who) held.push((await shares[each]?.held())?._unsafeUnwrap() ?? []);
          expect(new Set(held.flat()).size).toBe(held.flat().length);
          clock.pass(500);
        }
        expect(held.flat()).toHaveLength(OUTBOX_SHARDS);
        return held.map(({ length }) => length);
      };
      expect(await turns([0], 1)).toEqual([16]);
      expect(await turns([0, 1, 2], 12)).toEqual([6, 5, 5]);
      lives[0]?.die();
      expect(await turns([1, 2], 28)).toEqual([8, 8]);
      (await shares[1]?.release())?._unsafeUnwrap();
      expect(await turns([2], 8)).toEqual([16]);
    });

    it('loses nothing while relays run side by side and are killed', async () => {
      const clock = handClock();
      const { sink, taken } = aSink();
      let isOver = false;
      const work = async (life: Life, holder: string) => {
        const { round } = aRelay(storage, { sink, clock, holder, life });
        while (!isOver) {
          const end = await Promise.race([round(), life.dead]);
          if (end === undefined) return;
          end._unsafeUnwrap();
          clock.pass(50);
          await new Promise((resume) => setImmediate(resume));
        }
      };
      const lives = Array.from({ length: 6 }, () => aLife());
      const working = lives.map((life, n) => work(life, `w-${n}`));
      const written: DomainEvent[] = [];
      for (const life of lives.slice(0, 4)) {
        written.push(...(await pay(40)));
        life.die();
      }
      written.push(...(await pay(40)));
      const left = async () => (await storage.outbox.backlog())._unsafeUnwrap().unsent;
      while ((await left()) > 0) await new Promise((resume) => setImmediate(resume));
      isOver = true;
      await Promise.all(working);
      expectFirstInOrder(taken, written);
      expect((await storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
    });
  });
}
