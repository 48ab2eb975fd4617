import { errAsync, okAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { approvalsStore } from '../../../src/adapters/memory/approvals/store.ts';
import { noteSentEvents } from '../../../src/application/approvals/note-sent-events.ts';
import { verifyApprovals } from '../../../src/application/approvals/verify-approvals.ts';
import type { EventSink } from '../../../src/application/outbox/event-sink.ts';
import { relayEvents } from '../../../src/application/outbox/relay-events.ts';
import type { ApprovalEvent } from '../../../src/domain/approvals/approval-events.ts';
import { OUTBOX_SHARDS } from '../../../src/ports/outbox.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { digests, NOON } from '../../fixtures/changes.ts';

const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
const clock = { now: () => NOON };

async function aStoreOfOnePayment() {
  const store = approvalsStore();
  const storage = memoryApprovalsStorage(store);
  (await storage.approvalCommits.commit(aCreation({ createdAt: NOON }).change))._unsafeUnwrap();
  const relayThrough = (bus: EventSink<ApprovalEvent>['take']) =>
    relayEvents({
      outbox: storage.outbox,
      sinks: [{ name: 'bus', take: bus }, noteSentEvents({ ...storage, digests })],
      clock,
    })(SHARDS);
  const verified = (at = NOON) =>
    verifyApprovals({ ...storage, digests, clock: { now: () => at } })(() => {});
  return { store, relayThrough, verified };
}

it('an event that all sinks took is noted, and not missed once it is gone', async () => {
  const { store, relayThrough, verified } = await aStoreOfOnePayment();
  (await relayThrough(() => okAsync([])))._unsafeUnwrap();
  expect(store.outbox).toEqual([]);
  expect(store.sentEvents.size).toBeGreaterThan(0);
  (await verified())._unsafeUnwrap();
});

it('an event that was offered to a sink that is down is not noted, and is missed when it is deleted', async () => {
  const { store, relayThrough, verified } = await aStoreOfOnePayment();
  const down = { kind: 'SinkUnavailable', cause: 'away' } as const;
  (await relayThrough(() => errAsync(down)))._unsafeUnwrap();
  (await verified())._unsafeUnwrap();
  const [first] = store.outbox.splice(0, 1);
  expect((await verified())._unsafeUnwrapErr()).toMatchObject({
    row: 'event',
    id: first?.id,
    fault: 'absent',
  });
});

it('an event that is older than notes are kept is not missed', async () => {
  const { store, relayThrough, verified } = await aStoreOfOnePayment();
  (await relayThrough(() => okAsync([])))._unsafeUnwrap();
  store.sentEvents.clear();
  expect((await verified()).isErr()).toBe(true);
  (await verified(NOON + 30 * 24 * 3_600_000))._unsafeUnwrap();
});
