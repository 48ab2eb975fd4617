import { beforeEach, describe, expect, it } from 'vitest';
import { systemApprovalIds } from '../../../src/adapters/system/approval-ids.ts';
import { type ApprovalEvent, approvalEvent } from '../../../src/domain/approvals/approval-events.ts';
import type { EventBus } from '../../../src/ports/approvals/event-bus.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

/** A bus on which nothing was published, and what those that listen to it have got so far. */
export type BusScene = Readonly<{
  bus: EventBus;
  heard: () => Promise<readonly ApprovalEvent[]>;
  close: () => Promise<void>;
}>;

/** Events of payments of their own, by ascending id. */
export const someEvents = (count: number, metadata = {}): readonly ApprovalEvent[] =>
  Array.from({ length: count }, (_, index) =>
    approvalEvent('PaymentCreated', aCreation({ metadata }).payment, systemApprovalIds.event(NOON + index)),
  );

const byId = (events: readonly ApprovalEvent[]) => events.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** What every `EventBus` adapter promises. `open` gives a bus that shares nothing with the ones before. */
export function eventBusContract(adapter: string, open: () => Promise<BusScene>): void {
  describe(`EventBus contract: ${adapter}`, () => {
    let scene: BusScene;
    beforeEach(async () => {
      scene = await open();
      return () => scene.close();
    });

    it('gives listeners every event that was published, whole, with its own id', async () => {
      const events = someEvents(23, { note: 'ü ☕ \u0001', list: [1, { deep: true }] });
      expect((await scene.bus.publish(events))._unsafeUnwrap()).toEqual([]);
      await expect.poll(async () => (await scene.heard()).length).toBe(23);
      expect(byId(await scene.heard())).toEqual(byId(events));
    });

    it('publishes nothing when there is nothing to publish', async () => {
      expect((await scene.bus.publish([]))._unsafeUnwrap()).toEqual([]);
      expect(await scene.heard()).toEqual([]);
    });
  });
}
