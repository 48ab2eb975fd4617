import { okAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { approvalsStore } from '../../../src/adapters/memory/approvals/store.ts';
import { verifyApprovals } from '../../../src/application/approvals/verify-approvals.ts';
import { digests } from '../../fixtures/changes.ts';
import { aBusyApprovalsStore } from '../../support/busy-approvals.ts';

it('verify holds claims of before they had traces to none', async () => {
  const store = approvalsStore();
  const storage = memoryApprovalsStorage(store);
  await aBusyApprovalsStore(storage);
  const clock = { now: () => Date.now() + 120_000 };
  const verified = (tracedSince: number) => {
    const storedRows = { ...storage.storedRows, tracedSince: () => okAsync(tracedSince) };
    return verifyApprovals({ ...storage, storedRows, digests, clock })(() => {});
  };
  (await verified(0))._unsafeUnwrap();
  store.claimTraces.clear();
  expect((await verified(0))._unsafeUnwrapErr()).toMatchObject({ row: 'request_claim', fault: 'orphaned' });
  (await verified(clock.now()))._unsafeUnwrap();
});
