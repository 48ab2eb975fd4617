import { beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import type { EventId } from '../../src/domain/kernel/ids.ts';
import { LONGEST_RETRY_MS, OUTBOX_SHARDS, outboxShardOf } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, plain } from '../fixtures/changes.ts';

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/** What every `Outbox` adapter promises. */
export function outboxContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Outbox contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const commit = async (...changes: Parameters<Storage['commits']['commit']>[0][]) => {
      for (const change of changes) (await storage.commits.commit(change))._unsafeUnwrap();
    };
    /** So many payments' first events, oldest first. */
    const written = async (count: number): Promise<readonly DomainEvent[]> => {
      const openings = Array.from({ length: count }, (_, n) => anOpening({ createdAt: NOON + n * 100 }));
      await Promise.all(openings.map(({ change }) => commit(change)));
      return openings.flatMap(({ change }) => change.events);
    };
    const next = async (shards = EVERY_SHARD, now = NOON, limit = 100) =>
      (await storage.outbox.next(shards, now, limit))._unsafeUnwrap();
    const idsOf = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);
    const untried = (event: DomainEvent) => ({ ...event, tries: 0 });

    it('holds every committed event of every tenant, oldest first, as it was written', async () => {
      const openings = Array.from({ length: 20 }, (_, n) =>
        anOpening({
          createdAt: NOON + n * 100,
          merchantId: aMerchantId(`m-${n % 3}`),
          amount: 9_007_199_254_740_993n,
        }),
      );
      await commit(...openings.map(({ change }) => change));
      const successes = openings.slice(0, 5).map((opening) => aSuccess(opening));
      await commit(...successes);
      const events = [...openings.map(({ change }) => change), ...successes]
        .flatMap((change) => change.events)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(plain((await storage.outbox.unsent(100))._unsafeUnwrap())).toEqual(plain(events));
      expect(plain((await storage.outbox.unsent(7))._unsafeUnwrap())).toEqual(plain(events.slice(0, 7)));
      expect((await storage.outbox.unsent(0))._unsafeUnwrap()).toEqual([]);
      expect(plain(await next())).toEqual(plain(events.map(untried)));
    });

    it('finds all events of a payment in one shard, and each shard’s oldest by itself', async () => {
      const openings = Array.from({ length: 40 }, (_, n) => anOpening({ createdAt: NOON + n * 100 }));
      await commit(...openings.map(({ change }) => change));
      await commit(...openings.map((opening) => aSuccess(opening)));
      const seen = new Map<string, number>();
      for (const shard of EVERY_SHARD) {
        const events = await next([shard]);
        expect(idsOf(events)).toEqual(idsOf(events).toSorted());
        for (const { id, paymentId = id } of events) {
          expect(outboxShardOf({ id, paymentId })).toBe(shard);
          expect(seen.get(paymentId) ?? shard).toBe(shard);
          seen.set(paymentId, shard);
        }
        const three = events.slice(0, 3);
        expect(idsOf(await next([shard], NOON, 3))).toEqual(idsOf(three));
      }
      expect(seen.size).toBe(40);
      const [a, b] = [await next([3], NOON, 2), await next([9], NOON, 2)];
      expect(idsOf(await next([3, 9], NOON, 2))).toEqual(idsOf([...a, ...b]).toSorted());
      expect(await next([])).toEqual([]);
    });

    it('removes what was sent, and only that, however often it is removed', async () => {
      const events = await written(60);
      const gone = events.filter((_, n) => n % 2 === 0);
      (await storage.outbox.sent(gone))._unsafeUnwrap();
      (await storage.outbox.sent(gone))._unsafeUnwrap();
      (await storage.outbox.sent([]))._unsafeUnwrap();
      const left = events.filter((_, n) => n % 2 === 1);
      expect(idsOf(await next())).toEqual(idsOf(left));
      expect(idsOf((await storage.outbox.unsent(100))._unsafeUnwrap())).toEqual(idsOf(left));
      await Promise.all(Array.from({ length: 4 }, () => storage.outbox.sent(events)));
      expect(await next()).toEqual([]);
    });

    it('leaves an event that failed alone until its time, and says how often and why', async () => {
      const events = await written(5);
      const [first, ...others] = await next();
      if (first === undefined) throw new Error('nothing to fail');
      (await storage.outbox.failed(first, 'no such place', NOON + 1_000))._unsafeUnwrap();
      expect(idsOf(await next(EVERY_SHARD, NOON + 999))).toEqual(idsOf(others));
      expect(idsOf((await storage.outbox.unsent(10))._unsafeUnwrap())).toEqual(idsOf(events));
      const [again] = await next(EVERY_SHARD, NOON + 1_000);
      const told = { tries: 1, retryAt: NOON + 1_000, error: 'no such place' };
      expect(plain(again)).toEqual(plain({ ...events[0], ...told }));
      (await storage.outbox.failed(first, 'the same try', NOON + 1_000))._unsafeUnwrap();
      const [repeated] = await next(EVERY_SHARD, NOON + 1_000);
      expect(repeated?.tries).toBe(1);
      (await storage.outbox.sent([first]))._unsafeUnwrap();
      (await storage.outbox.failed(first, 'too late', NOON))._unsafeUnwrap();
      expect(idsOf(await next())).toEqual(idsOf(others));
    });

    it('takes a retry that is further away than any is put off to be due, so that no edit of it delays an event', async () => {
      const [first] = await written(1);
      if (first === undefined) throw new Error('nothing was written');
      const failed = async (until: number) =>
        (await storage.outbox.failed(untried(first), 'no such place', until))._unsafeUnwrap();
      await failed(NOON + LONGEST_RETRY_MS);
      expect(await next()).toEqual([]);
      await failed(NOON + LONGEST_RETRY_MS + 1);
      expect(idsOf(await next())).toEqual([first.id]);
    });

    it('finds what is behind any number that wait', async () => {
      await written(50);
      const waiting = (await next()).slice(0, 45);
      for (const each of waiting) (await storage.outbox.failed(each, 'later', NOON + 60_000))._unsafeUnwrap();
      expect(await next(EVERY_SHARD, NOON, 1)).not.toEqual([]);
      expect(await next(EVERY_SHARD, NOON, 5)).toHaveLength(5);
      expect(await next(EVERY_SHARD, NOON + 60_000)).toHaveLength(50);
    });

    it('parks an event, which no read gives until it is taken back as it was', async () => {
      const events = await written(4);
      const [first, ...others] = await next();
      if (first === undefined) throw new Error('nothing to park');
      (await storage.outbox.failed({ ...first, tries: 4 }, 'not taken', 'parked'))._unsafeUnwrap();
      (await storage.outbox.failed({ ...first, tries: 4 }, 'not taken', 'parked'))._unsafeUnwrap();
      expect(idsOf(await next(EVERY_SHARD, NOON + 1e9))).toEqual(idsOf(others));
      expect(idsOf((await storage.outbox.unsent(10))._unsafeUnwrap())).toEqual(idsOf(others));
      const parked = (await storage.outbox.parked(10))._unsafeUnwrap();
      expect(plain(parked)).toEqual(plain([{ ...events[0], tries: 5, error: 'not taken' }]));
      expect((await storage.outbox.parked(0))._unsafeUnwrap()).toEqual([]);

      expect((await storage.outbox.unpark(first.id))._unsafeUnwrap()).toBe(true);
      expect((await storage.outbox.unpark(first.id))._unsafeUnwrap()).toBe(false);
      expect((await storage.outbox.parked(10))._unsafeUnwrap()).toEqual([]);
      expect(plain(await next())).toEqual(plain(events.map(untried)));
      const unknown = `evt_${'0'.repeat(32)}` as EventId;
      expect((await storage.outbox.unpark(unknown))._unsafeUnwrap()).toBe(false);
    });

    it('parks no event that was sent', async () => {
      await written(1);
      const [only] = await next();
      if (only === undefined) throw new Error('nothing to park');
      (await storage.outbox.sent([only]))._unsafeUnwrap();
      (await storage.outbox.failed(only, 'too late', 'parked'))._unsafeUnwrap();
      expect((await storage.outbox.parked(10))._unsafeUnwrap()).toEqual([]);
      expect((await storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
    });

    it('counts what waits, what is parked, and since when', async () => {
      const backlog = async () => (await storage.outbox.backlog())._unsafeUnwrap();
      expect(await backlog()).toEqual({ unsent: 0, parked: 0 });
      const events = await written(12);
      expect(await backlog()).toEqual({ unsent: 12, parked: 0, oldestAt: NOON });
      const [first, second] = await next();
      if (first === undefined || second === undefined) throw new Error('too few events');
      (await storage.outbox.failed(first, 'never', 'parked'))._unsafeUnwrap();
      (await storage.outbox.failed(second, 'later', NOON + 60_000))._unsafeUnwrap();
      expect(await backlog()).toEqual({ unsent: 11, parked: 1, oldestAt: NOON + 100 });
      (await storage.outbox.sent(events))._unsafeUnwrap();
      expect(await backlog()).toEqual({ unsent: 0, parked: 1 });
    });

    it('misses no event of commits that run while others are read and sent', async () => {
      const openings = Array.from({ length: 200 }, () => anOpening({ createdAt: NOON }));
      const seen = new Set<string>();
      let isOver = false;
      const reading = (async () => {
        for (let last = false; !last; ) {
          last = isOver;
          const events = await next(EVERY_SHARD, NOON, 5);
          for (const { id } of events) seen.add(id);
          (await storage.outbox.sent(events))._unsafeUnwrap();
          if (events.length > 0) last = false;
        }
      })();
      await Promise.all(openings.map(({ change }) => commit(change)));
      isOver = true;
      await reading;
      const ids = openings.flatMap(({ change }) => idsOf(change.events));
      expect([...seen].toSorted()).toEqual(ids.toSorted());
    });
  });
}
