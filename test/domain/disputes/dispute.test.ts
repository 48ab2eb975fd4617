import { describe, expect, it } from 'vitest';
import {
  acceptDispute,
  type DisputeFacts,
  refuseAcceptance,
  updateDispute,
} from '../../../src/domain/disputes/dispute.ts';
import { disputeAction, disputeRecord, restoreDispute } from '../../../src/domain/disputes/dispute-record.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { NOON } from '../../fixtures/changes.ts';
import { aDispute } from '../../fixtures/disputes.ts';

const dispute = { ...aDispute(), auditHash: 'hash' };
const factsOf = (parts: Partial<DisputeFacts> = {}): DisputeFacts => {
  const { amount, reason, status, respondBy = NOON } = dispute;
  return { amount, reason, status, respondBy, ...parts };
};

describe('A dispute', () => {
  it('is not changed by a record that says what is known', () => {
    expect(updateDispute(dispute, factsOf(), NOON + 1)).toBeUndefined();
  });

  it.for([
    { amount: money(2_000n, 'USD') },
    { amount: money(2_500n, 'EUR') },
    { reason: 'duplicate' },
    { status: 'under_review' },
    { respondBy: NOON },
  ] as const)('is a version further when the processor says otherwise: %o', (parts) => {
    const next = updateDispute(dispute, factsOf(parts), NOON + 1);
    expect(next).toEqual({ ...dispute, ...parts, version: 2, updatedAt: NOON + 1 });
  });

  it('has no time to respond by any more when the processor names none', () => {
    const { respondBy: _, ...rest } = factsOf({ status: 'under_review' });
    expect(updateDispute(dispute, rest, NOON + 1)).not.toHaveProperty('respondBy');
  });

  it('that is opened again after it was accepted is not being accepted: it can be, or be lost without that', () => {
    const accepting = acceptDispute(dispute, NOON + 1)._unsafeUnwrap();
    const accepted = updateDispute(accepting, factsOf({ status: 'lost' }), NOON + 2) ?? dispute;
    expect(accepted.status).toBe('accepted');
    const again = updateDispute(accepted, factsOf(), NOON + 3) ?? dispute;
    expect(again).toEqual({ ...dispute, version: 4, updatedAt: NOON + 3 });
    expect(acceptDispute(again, NOON + 4).isOk()).toBe(true);
    expect(updateDispute(again, factsOf({ status: 'lost' }), NOON + 4)?.status).toBe('lost');
  });

  it('can be accepted while it needs a response, once, and is accepted when it is lost then', () => {
    const accepting = acceptDispute(dispute, NOON + 1)._unsafeUnwrap();
    expect(accepting).toEqual({ ...dispute, version: 2, updatedAt: NOON + 1, acceptRequestedAt: NOON + 1 });
    expect(acceptDispute(accepting, NOON + 2).isErr()).toBe(true);
    for (const status of ['under_review', 'won', 'lost', 'accepted'] as const)
      expect(acceptDispute({ ...dispute, status }, NOON + 1)._unsafeUnwrapErr()).toEqual({
        kind: 'DisputeNotAcceptable',
        status,
      });
    const lost = factsOf({ status: 'lost' });
    expect(updateDispute(accepting, lost, NOON + 2)?.status).toBe('accepted');
    expect(updateDispute(dispute, lost, NOON + 2)?.status).toBe('lost');
    expect(updateDispute(accepting, factsOf({ status: 'won' }), NOON + 2)?.status).toBe('won');
    const accepted = updateDispute(accepting, lost, NOON + 2) ?? dispute;
    expect(updateDispute(accepted, lost, NOON + 3)).toBeUndefined();
    expect(disputeAction(accepting, accepted)).toBe('dispute.closed');
    expect(restoreDispute(disputeRecord(accepted), 'hash')).toEqual(accepted);
    expect(refuseAcceptance(accepting, NOON + 2)).toEqual({ ...dispute, version: 3, updatedAt: NOON + 2 });
  });

  it('is created, then updated, and closed once, when the issuer has decided', () => {
    const lost = { ...dispute, status: 'lost' } as const;
    expect(disputeAction(undefined, lost)).toBe('dispute.created');
    expect(disputeAction(dispute, { ...dispute, status: 'under_review' })).toBe('dispute.updated');
    expect(disputeAction(dispute, lost)).toBe('dispute.closed');
    expect(disputeAction(lost, { ...lost, reason: 'duplicate' })).toBe('dispute.updated');
  });

  it('is read back as it was stored, beyond what a double holds exactly', () => {
    const { respondBy: _, ...undated } = dispute;
    for (const each of [dispute, undated, { ...dispute, amount: money(2n ** 60n + 1n, 'JPY') }])
      expect(restoreDispute(disputeRecord(each), 'hash')).toEqual(each);
  });
});
