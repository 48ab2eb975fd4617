import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestClaim } from '../../../src/domain/approvals/request-claim.ts';
import type { ApprovalChange } from '../../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation, anUncheckedApproval, aRejection } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const DAY = 86_400_000;

/** The claim of a request that is done by the change. */
const aClaimOn = (
  { id, at, payment: { next } }: ApprovalChange,
  parts: Partial<RequestClaim> = {},
): RequestClaim => ({
  caller: 'ann@example.com "ü" #',
  operation: 'approve',
  key: `k-${randomUUID()} {}"\\`,
  fingerprint: 'f1',
  changeId: id,
  answer: { paymentId: next.id, version: next.version },
  created: false,
  createdAt: at,
  expiresAt: at + DAY,
  ...parts,
});

/** What every `RequestClaims` adapter promises, and the `ApprovalCommits` beside it of claims. */
export function requestClaimsContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`RequestClaims contract: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const commit = (change: ApprovalChange) => storage.approvalCommits.commit(change);
    const find = async (claim: RequestClaim, now = claim.createdAt) =>
      (await storage.requestClaims.find(claim, now))._unsafeUnwrap();
    const stored = async ({ payment: { next } }: ApprovalChange) =>
      (await storage.vendorPayments.find(next.id))._unsafeUnwrap();

    it('finds a claim as it was committed, until it expires', async () => {
      const { change } = aCreation();
      const claim = aClaimOn(change, { created: true, heldUntil: NOON + 30_000 });
      (await commit({ ...change, claim }))._unsafeUnwrap();
      expect(await find(claim)).toEqual(claim);
      expect(await find(claim, claim.expiresAt - 1)).toEqual(claim);
      expect(await find(claim, claim.expiresAt)).toBeUndefined();
    });

    it('keeps keys of other callers and operations apart', async () => {
      const { change } = aCreation();
      const claim = aClaimOn(change);
      (await commit({ ...change, claim }))._unsafeUnwrap();
      for (const other of [
        { ...claim, caller: 'bob' },
        { ...claim, operation: 'reject' as const },
        { ...claim, key: `${claim.key} ` },
        { ...claim, key: claim.key.toUpperCase() },
      ])
        expect(await find(other)).toBeUndefined();
    });

    it('refuses a change whose key is taken, whatever else is wrong with it, and writes nothing of it', async () => {
      const first = aCreation();
      const claim = aClaimOn(first.change);
      (await commit({ ...first.change, claim }))._unsafeUnwrap();
      const second = aCreation();
      const stale = anUncheckedApproval(second.payment);
      for (const { change } of [second, stale]) {
        const rival = aClaimOn(change, { key: claim.key, fingerprint: 'f2' });
        expect((await commit({ ...change, claim: rival }))._unsafeUnwrapErr()).toEqual({
          kind: 'ClaimTaken',
        });
      }
      expect(await stored(second.change)).toBeUndefined();
      expect(await find(claim)).toEqual(claim);
    });

    it('takes no key for a change that is refused', async () => {
      const creation = aCreation();
      (await commit(creation.change))._unsafeUnwrap();
      (await commit(aRejection(creation.payment).change))._unsafeUnwrap();
      const { change } = anUncheckedApproval(creation.payment);
      const claim = aClaimOn(change);
      expect((await commit({ ...change, claim }))._unsafeUnwrapErr()).toMatchObject({ kind: 'StaleVersion' });
      expect(await find(claim)).toBeUndefined();
    });

    it('takes the change again that holds the claim already, and leaves the claim when the payment has moved on', async () => {
      const { change, payment } = aCreation();
      const claim = aClaimOn(change);
      for (let times = 0; times < 2; times++) (await commit({ ...change, claim }))._unsafeUnwrap();
      (await commit(aRejection(payment).change))._unsafeUnwrap();
      expect((await commit({ ...change, claim })).isErr()).toBe(true);
      expect(await find(claim)).toEqual(claim);
    });

    it('lets one of many requests under one key commit', async () => {
      const creations = Array.from({ length: 6 }, () => aCreation());
      const outcomes = await Promise.all(
        creations.map(({ change }) => commit({ ...change, claim: aClaimOn(change, { key: 'one' }) })),
      );
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      const made = await Promise.all(creations.map(({ change }) => stored(change)));
      expect(made.filter((payment) => payment !== undefined)).toHaveLength(1);
    });

    it('gives an expired key to the next, by a commit or alone', async () => {
      const first = aCreation();
      const claim = aClaimOn(first.change);
      (await commit({ ...first.change, claim }))._unsafeUnwrap();
      const { change } = aCreation({ createdAt: claim.expiresAt });
      const next = aClaimOn(change, { key: claim.key, fingerprint: 'f2' });
      (await commit({ ...change, claim: next }))._unsafeUnwrap();
      expect(await find(next)).toEqual(next);
      const alone = {
        ...next,
        changeId: 'later',
        createdAt: next.expiresAt,
        expiresAt: next.expiresAt + DAY,
      };
      (await storage.requestClaims.add(alone))._unsafeUnwrap();
      expect(await find(alone)).toEqual(alone);
    });

    it('adds a claim without a payment once', async () => {
      const { answer: _, ...claim } = aClaimOn(aCreation().change, { operation: 'record' });
      for (let times = 0; times < 2; times++) (await storage.requestClaims.add(claim))._unsafeUnwrap();
      expect(await find(claim)).toEqual(claim);
      const rival = await storage.requestClaims.add({ ...claim, changeId: 'another' });
      expect(rival._unsafeUnwrapErr()).toEqual({ kind: 'ClaimTaken' });
    });

    it('releases the hold of its own change alone', async () => {
      const { change } = aCreation();
      const claim = aClaimOn(change, { operation: 'process', heldUntil: NOON + 30_000 });
      (await commit({ ...change, claim }))._unsafeUnwrap();
      (await storage.requestClaims.release({ ...claim, changeId: 'another' }))._unsafeUnwrap();
      expect(await find(claim)).toEqual(claim);
      (await storage.requestClaims.release(claim))._unsafeUnwrap();
      const { heldUntil: _, ...released } = claim;
      expect(await find(claim)).toEqual(released);
      const unknown = { ...claim, key: 'unknown' };
      (await storage.requestClaims.release(unknown))._unsafeUnwrap();
      expect(await find(unknown)).toBeUndefined();
    });

    it('deletes what has expired, where the database does not by itself', async () => {
      const { change } = aCreation();
      const claim = aClaimOn(change);
      (await commit({ ...change, claim }))._unsafeUnwrap();
      const { retention } = storage;
      const pruned = async (now: number) => (await retention.prune('response', now, 10))._unsafeUnwrap();
      expect(await pruned(claim.expiresAt - 1)).toBe(0);
      expect(await find(claim)).toEqual(claim);
      expect(await pruned(claim.expiresAt)).toBe(retention.kinds.includes('response') ? 1 : 0);
    });
  });
}
