import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readOutbox, unparkAll, unparkEvents } from '../../src/application/outbox/parked-events.ts';
import { releaseEvent } from '../../src/application/outbox/release-event.ts';
import type { EventId } from '../../src/domain/kernel/ids.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, NOON, origin, ports } from '../fixtures/changes.ts';
import { handClock } from '../support/relay-workers.ts';

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
const UNKNOWN = `evt_${'0'.repeat(32)}` as EventId;

/** What operators see of parked events, and how they put them back, on every storage. */
export function parkedEventsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Parked events: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const next = async () => (await storage.outbox.next(EVERY_SHARD, NOON + 1e6, 1_000))._unsafeUnwrap();

    /** Commits so many payments, each with one event; parks the first of those events. */
    const park = async (written: number, parked: number): Promise<readonly EventId[]> => {
      for (let n = 0; n < written; n += 1)
        (await storage.commits.commit(anOpening({ createdAt: NOON + n }).change))._unsafeUnwrap();
      const events = (await next()).slice(0, parked);
      for (const event of events)
        (await storage.outbox.failed({ ...event, tries: 4 }, 'refused', 'parked'))._unsafeUnwrap();
      return events.map(({ id }) => id);
    };

    it('are listed beside the count of those that wait, the oldest first', async () => {
      const parked = await park(5, 3);
      const state = (await readOutbox(storage)(2))._unsafeUnwrap();
      expect(state.backlog).toMatchObject({ unsent: 2, parked: 3 });
      expect(state.parked).toMatchObject(
        parked.slice(0, 2).map((id) => ({ id, tries: 5, error: 'refused' })),
      );
    });

    it('go back with no tries behind them and wake the relay, and those that are not parked are left alone', async () => {
      const [first, second] = await park(3, 2);
      if (first === undefined || second === undefined) throw new Error('nothing was parked');
      const signal = vi.fn();
      const unpark = unparkEvents({ ...storage, wakeUps: { signal } });
      expect((await unpark([UNKNOWN]))._unsafeUnwrap()).toEqual([]);
      expect(signal).not.toHaveBeenCalled();
      expect((await unpark([second, UNKNOWN]))._unsafeUnwrap()).toEqual([second]);
      expect(signal).toHaveBeenCalledWith('outbox');
      expect((await next()).find(({ id }) => id === second)).toMatchObject({ tries: 0 });
      expect((await readOutbox(storage)(10))._unsafeUnwrap().parked.map(({ id }) => id)).toEqual([first]);
    });

    it('go back one by one with who did it in the audit trail of their merchant, and not without', async () => {
      const [first, second] = await park(3, 2);
      if (first === undefined || second === undefined) throw new Error('nothing was parked');
      const platform = { ...storage, ...ports, clock: handClock(), wakeUps: { signal: vi.fn() } };
      const release = releaseEvent(platform);
      expect((await release({ id: UNKNOWN, origin }))._unsafeUnwrapErr().kind).toBe('EventNotParked');
      const released = (await release({ id: second, origin }))._unsafeUnwrap();
      expect(released).toMatchObject({ id: second, tries: 5, error: 'refused' });
      expect(platform.wakeUps.signal).toHaveBeenCalledWith('outbox');
      expect((await next()).find(({ id }) => id === second)).toMatchObject({ tries: 0 });
      expect((await release({ id: second, origin }))._unsafeUnwrapErr().kind).toBe('EventNotParked');
      const trail = async () =>
        (
          await storage.auditTrail.list(released.merchantId, { entityType: 'event_release' }, { limit: 10 })
        )._unsafeUnwrap();
      expect(await trail()).toMatchObject([
        {
          action: 'event.unparked',
          actor: origin.actor,
          entityId: second.replace('evt_', 'evr_'),
          sequence: 1,
        },
      ]);
      const refused = {
        ...platform,
        commits: { commit: () => errAsync({ kind: 'StorageUnavailable' } as never) },
      };
      expect((await releaseEvent(refused)({ id: first, origin })).isErr()).toBe(true);
      expect((await readOutbox(storage)(10))._unsafeUnwrap().parked.map(({ id }) => id)).toEqual([first]);
      expect(await trail()).toHaveLength(1);
    });

    it('all go back at once, however many pages they fill', async () => {
      await park(130, 120);
      const signal = vi.fn();
      expect((await unparkAll({ ...storage, wakeUps: { signal } })())._unsafeUnwrap()).toEqual({
        unparked: 120,
        more: false,
      });
      expect(await next()).toHaveLength(130);
    });
  });
}
