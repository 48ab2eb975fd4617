import { expect, it } from 'vitest';
import { approvalMessage } from '../../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { EVENTS_KEPT_MS } from '../../../src/domain/kernel/events.ts';
import { MESSAGES_KEPT_MS } from '../../../src/ports/approvals/approval-queue.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';
import {
  approvalQueueContract,
  approvalQueueStandInContract,
  sceneByClock,
} from './approval-queue.contract.ts';
import { eventBusContract, someEvents } from './event-bus.contract.ts';

/** What every storage promises of its stand-ins for the queue and the bus. */
export function standInsContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  const queueScene = async () => {
    const storage = await open();
    return sceneByClock(storage.approvalQueue, () => storage.close());
  };
  approvalQueueContract(adapter, queueScene);
  approvalQueueStandInContract(adapter, queueScene);
  eventBusContract(adapter, async () => {
    const storage = await open();
    const { eventBus: bus } = storage;
    return {
      bus,
      heard: async () => (await bus.newest(100))._unsafeUnwrap(),
      close: () => storage.close(),
    };
  });

  it(`EventBus stand-in contract: ${adapter} gives the newest events, each once, the newest first`, async () => {
    const storage = await open();
    const { eventBus } = storage;
    const events = someEvents(4);
    await eventBus.publish(events.slice(0, 3));
    await eventBus.publish([...events.slice(2), ...events.slice(3)]);
    const ids = async (limit: number) => (await eventBus.newest(limit))._unsafeUnwrap().map(({ id }) => id);
    expect(await ids(10)).toEqual(events.toReversed().map(({ id }) => id));
    expect(await ids(2)).toEqual([events[3]?.id, events[2]?.id]);
    await storage.close();
  });

  it(`Retention contract: ${adapter} deletes messages after 14 days and published events after 30, unless time to live does`, async () => {
    const storage = await open();
    const { payment, change } = aCreation();
    await storage.approvalQueue.send(
      [{ eventId: change.events[0]?.id ?? '', message: approvalMessage(payment, DEFAULT_POLICY) }],
      NOON,
    );
    await storage.eventBus.publish(someEvents(1).map((event) => ({ ...event, created: NOON })));
    const byItself = storage.health.name === 'dynamodb';
    for (const [kind, keptMs] of [
      ['queued_message', MESSAGES_KEPT_MS],
      ['published_event', EVENTS_KEPT_MS],
    ] as const) {
      expect(storage.retention.kinds.includes(kind)).toBe(!byItself);
      const prune = async (now: number) => (await storage.retention.prune(kind, now, 10))._unsafeUnwrap();
      expect(await prune(NOON + keptMs - 1)).toBe(0);
      expect(await prune(NOON + keptMs)).toBe(byItself ? 0 : 1);
    }
    await storage.close();
  });
}
