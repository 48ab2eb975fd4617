import { errAsync } from 'neverthrow';
import { describe, expect, it, vi } from 'vitest';
import { systemApprovalIds } from '../../src/adapters/system/approval-ids.ts';
import { releaseApprovalEvent } from '../../src/application/approvals/release-event.ts';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import type { ApprovalEvent } from '../../src/domain/approvals/approval-events.ts';
import type { EventId } from '../../src/domain/kernel/ids.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { ADMIN, aCreation, asked, MAKER } from '../fixtures/approvals.ts';
import { digests, NOON, origin } from '../fixtures/changes.ts';
import { anApprovalsApp } from '../support/approvals-app.ts';
import { handClock } from '../support/relay-workers.ts';

const UNKNOWN = `evt_${'0'.repeat(32)}` as EventId;

/** What becomes of a parked event of approvals that an operator puts back on its way, on one storage. */
export const releasedEventsScenario = (name: string, open: () => Promise<ApprovalsStorage>): void => {
  describe(`a parked event of approvals on ${name}`, () => {
    /** A payment whose event for the queue is parked. */
    async function parked() {
      const storage = await open();
      const { change } = aCreation();
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      const [event] = change.events;
      if (event === undefined) throw new Error('a payment that is made has an event');
      const clock = handClock(NOON + 60_000);
      const wakeUps = { signal: vi.fn() };
      const ports = { ...storage, wakeUps, clock, approvalIds: systemApprovalIds, digests };
      const park = async (of: ApprovalEvent = event) =>
        (await storage.outbox.failed({ ...of, tries: 4 }, 'refused', 'parked'))._unsafeUnwrap();
      await park();
      const { useCases } = anApprovalsApp(storage);
      return {
        event,
        ports,
        clock,
        park,
        release: releaseApprovalEvent(ports),
        backlog: async () => (await storage.outbox.backlog())._unsafeUnwrap(),
        log: async () =>
          (await useCases.getAuditLog({ ...asked(ADMIN), id: event.paymentId }))._unsafeUnwrap(),
        refuse: async () => useCases.approveVendorPayment({ ...asked(MAKER), id: event.paymentId }),
        verify: async () =>
          (
            await verifyApprovals({ ...storage, digests, clock: { now: Date.now } })(() => {})
          )._unsafeUnwrap(),
      };
    }

    it('goes back with no tries behind it, and stands in the log of its payment with who did it', async () => {
      const { event, ports, release, backlog, log, verify } = await parked();
      const before = (await ports.vendorPayments.find(event.paymentId))._unsafeUnwrap();
      const byHand = { ...origin, actor: { id: 'operator-1', type: 'admin' } as const };
      expect((await release({ id: event.id, origin: byHand }))._unsafeUnwrap()).toMatchObject({
        id: event.id,
        tries: 5,
        error: 'refused',
      });
      expect(await backlog()).toMatchObject({ parked: 0 });
      expect(ports.wakeUps.signal).toHaveBeenCalledWith('outbox');
      expect((await log()).at(-1)).toMatchObject({
        action: 'event.unparked',
        actor: { id: 'operator-1', type: 'admin', roles: [] },
        requestId: origin.requestId,
        after: { eventId: event.id, eventType: event.type },
        sequence: 1,
      });
      expect((await ports.vendorPayments.find(event.paymentId))._unsafeUnwrap()).toEqual(before);
      expect(await verify()).toMatchObject({ payments: 1, refusals: 1 });
    });

    it('is on record each time, in one chain with what was refused', async () => {
      const { event, clock, park, release, refuse, log, verify } = await parked();
      (await release({ id: event.id, origin }))._unsafeUnwrap();
      await refuse();
      clock.pass(1);
      await park();
      (await release({ id: event.id, origin }))._unsafeUnwrap();
      const beside = (await log()).filter((link) => 'attempts' in link);
      expect(beside.map(({ action }) => action).toSorted()).toEqual([
        'event.unparked',
        'event.unparked',
        'payment.approval_refused',
      ]);
      expect(await verify()).toMatchObject({ refusals: 3 });
    });

    it('stays where it is when that cannot be recorded, and one that is not parked leaves no record', async () => {
      const { event, ports, release, backlog, log } = await parked();
      const links = (await log()).length;
      expect((await release({ id: UNKNOWN, origin }))._unsafeUnwrapErr().kind).toBe('EventNotParked');
      const refusals = {
        head: ports.refusals.head.bind(ports.refusals),
        append: () => errAsync({ kind: 'StorageUnavailable' as const, cause: 'away' }),
      };
      const unrecorded = releaseApprovalEvent({ ...ports, refusals });
      expect((await unrecorded({ id: event.id, origin }))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      expect(await backlog()).toMatchObject({ parked: 1 });
      expect(await log()).toHaveLength(links);
    });
  });
};
