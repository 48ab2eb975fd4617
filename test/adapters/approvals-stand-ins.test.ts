import { describe, expect, it } from 'vitest';
import { memoryApprovalQueue } from '../../src/adapters/memory/approvals/approval-queue.ts';
import { memoryEventBus } from '../../src/adapters/memory/approvals/event-bus.ts';
import type { ApprovalEvent } from '../../src/domain/approvals/approval-events.ts';
import { approvalMessage } from '../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import { aCreation } from '../fixtures/approvals.ts';

const someEvents = (count: number): readonly ApprovalEvent[] =>
  Array.from({ length: count }, () => aCreation().change.events[0]).filter((event) => event !== undefined);

describe('the stand-in for the bus', () => {
  it('keeps the newest events, oldest first, and gives each once', async () => {
    const heard: string[] = [];
    const bus = memoryEventBus({ kept: 3, tell: ({ id }) => void heard.push(id) });
    const events = someEvents(5);
    await bus.publish(events.slice(0, 4));
    await bus.publish(events.slice(3));
    expect(bus.newest()).toEqual(events.slice(2));
    expect(heard).toEqual(events.map(({ id }) => id));
  });

  it('refuses nothing', async () => {
    expect((await memoryEventBus({ kept: 1 }).publish(someEvents(2)))._unsafeUnwrap()).toEqual([]);
  });
});

describe('the stand-in for the queue', () => {
  it('keeps the newest messages, each once', async () => {
    const queue = memoryApprovalQueue({ kept: 2 });
    const { payment } = aCreation();
    const message = approvalMessage(payment, DEFAULT_POLICY);
    const sent = ['1', '2', '2', '3'].map((eventId) => ({ eventId, message }));
    expect((await queue.send(sent))._unsafeUnwrap()).toEqual([]);
    expect(queue.newest().map(({ eventId }) => eventId)).toEqual(['2', '3']);
  });
});
