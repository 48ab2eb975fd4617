import { beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalEvent } from '../../../src/domain/approvals/approval-events.ts';
import type { EventId } from '../../../src/domain/kernel/ids.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { OUTBOX_SHARDS, outboxShardOf } from '../../../src/ports/outbox.ts';
import { aCreation, anUncheckedApproval } from '../../fixtures/approvals.ts';
import { NOON, plain } from '../../fixtures/changes.ts';

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/** What every `Outbox` adapter promises of the approvals' events, which have an outbox of their own. */
export function approvalsOutboxContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`Outbox contract: ${adapter}, approvals`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    /** So many payments’ first two events each, oldest first. */
    const written = async (count: number): Promise<readonly ApprovalEvent[]> => {
      const made = Array.from({ length: count }, (_, n) => aCreation({ createdAt: NOON + n * 100 }));
      for (const outcome of await Promise.all(
        made.map(({ change }) => storage.approvalCommits.commit(change)),
      ))
        outcome._unsafeUnwrap();
      return made.flatMap(({ change }) => change.events);
    };
    const next = async (shards = EVERY_SHARD, now = NOON, limit = 100) =>
      (await storage.outbox.next(shards, now, limit))._unsafeUnwrap();
    const idsOf = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);
    const backlog = async () => (await storage.outbox.backlog())._unsafeUnwrap();

    it('holds every committed event, oldest first, as it was written', async () => {
      const events = await written(10);
      expect(plain((await storage.outbox.unsent(100))._unsafeUnwrap())).toEqual(plain(events));
      expect(plain(await next())).toEqual(plain(events.map((event) => ({ ...event, tries: 0 }))));
      expect(idsOf((await storage.outbox.unsent(7))._unsafeUnwrap())).toEqual(idsOf(events.slice(0, 7)));
      expect(await backlog()).toEqual({ unsent: 20, parked: 0, oldestAt: NOON });
    });

    it('finds all events of a payment in one shard', async () => {
      const creations = Array.from({ length: 30 }, (_, n) => aCreation({ createdAt: NOON + n * 100 }));
      for (const creation of creations) {
        (await storage.approvalCommits.commit(creation.change))._unsafeUnwrap();
        const approval = anUncheckedApproval(creation.payment);
        (await storage.approvalCommits.commit(approval.change))._unsafeUnwrap();
      }
      let met = 0;
      for (const shard of EVERY_SHARD) {
        const events = await next([shard]);
        met += events.length;
        for (const event of events) expect(outboxShardOf(event)).toBe(shard);
        expect(idsOf(events)).toEqual(idsOf(events).toSorted());
        expect(idsOf(await next([shard], NOON, 2))).toEqual(idsOf(events.slice(0, 2)));
      }
      expect(met).toBe(90);
    });

    it('removes what was sent, and only that, however often it is removed', async () => {
      const events = await written(20);
      const gone = events.filter((_, n) => n % 3 === 0);
      for (let n = 0; n < 2; n += 1) (await storage.outbox.sent(gone))._unsafeUnwrap();
      expect(idsOf(await next())).toEqual(idsOf(events.filter((_, n) => n % 3 !== 0)));
      (await storage.outbox.sent(events))._unsafeUnwrap();
      expect(await backlog()).toEqual({ unsent: 0, parked: 0 });
    });

    it('leaves what failed alone until its time, and what is parked until it is taken back', async () => {
      const events = await written(3);
      const [first, second, ...others] = await next();
      if (first === undefined || second === undefined) throw new Error('nothing to fail');
      (await storage.outbox.failed(first, 'away', NOON + 1_000))._unsafeUnwrap();
      (await storage.outbox.failed({ ...second, tries: 4 }, 'never', 'parked'))._unsafeUnwrap();
      expect(idsOf(await next())).toEqual(idsOf(others));
      const [again] = await next(EVERY_SHARD, NOON + 1_000);
      expect(again).toMatchObject({ id: first.id, tries: 1, error: 'away' });
      const parked = (await storage.outbox.parked(10))._unsafeUnwrap();
      expect(plain(parked)).toEqual(plain([{ ...events[1], tries: 5, error: 'never' }]));
      expect(await backlog()).toMatchObject({ unsent: 5, parked: 1 });
      expect((await storage.outbox.unpark(second.id))._unsafeUnwrap()).toBe(true);
      expect((await storage.outbox.unpark(second.id))._unsafeUnwrap()).toBe(false);
      expect((await storage.outbox.unpark(`evt_${'0'.repeat(32)}` as EventId))._unsafeUnwrap()).toBe(false);
      expect(idsOf(await next(EVERY_SHARD, NOON + 1_000))).toEqual(idsOf(events));
    });
  });
}
