import { describe, expect, it } from 'vitest';
import { type AuditLogEntry, auditLogChain, auditLogFor } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { GENESIS_HASH, type Unsealed } from '../../../src/domain/kernel/audit-chain.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { ADMIN, aCreation, anEdit, anUncheckedApproval, DISPATCHER } from '../../fixtures/approvals.ts';
import { digests, NOON } from '../../fixtures/changes.ts';

const { sha256 } = digests;
const creation = aCreation();
const edit = anEdit(creation.payment);
const approval = anUncheckedApproval(edit.payment);
const chain = [creation, edit, approval].map(({ change }) => change.entry);
const head = approval.payment;
const faultOf = (entries: readonly AuditLogEntry[], of = head) =>
  auditLogChain.verify(entries, of, sha256)._unsafeUnwrapErr();
const withSecond = (parts: Partial<AuditLogEntry>) =>
  chain.map((entry, index) => (index === 1 ? { ...entry, ...parts } : entry));

describe('a payment’s audit log', () => {
  it('of untouched links verifies', () => {
    expect(auditLogChain.verify(chain, head, sha256)._unsafeUnwrap()).toBe(3);
  });

  it('shows an edit of any field of a link', () => {
    const [second] = chain.slice(1);
    if (second === undefined) throw new Error('no second link');
    const edits: Partial<AuditLogEntry>[] = [
      { id: chain[0]?.id ?? second.id },
      { action: 'payment.approved' },
      { actor: { ...second.actor, id: 'other' } },
      { actor: { ...second.actor, roles: ['admin'] } },
      { ipAddress: '::1' },
      { userAgent: 'x' },
      { requestId: 'x' },
      { before: { ...second.before, version: 7 } },
      { after: { ...second.after, version: 7 } },
      { timestamp: second.timestamp + 1 },
      { paymentId: aCreation().payment.id },
      { hash: 'f'.repeat(64) },
    ];
    for (const each of edits)
      expect(faultOf(withSecond(each))).toMatchObject({ fault: 'edited', sequence: 2 });
  });

  it('shows links that were deleted, sealed again or cut off', () => {
    expect(faultOf(chain.toSpliced(1, 1))).toMatchObject({ fault: 'missing', sequence: 2 });
    expect(faultOf(chain.slice(0, 2))).toMatchObject({ fault: 'cut', sequence: 3 });
    const forged = auditLogChain.seal({ ...(chain[1] as AuditLogEntry), requestId: 'x' }, sha256);
    expect(faultOf(withSecond(forged))).toMatchObject({ fault: 'unlinked', sequence: 3 });
    expect(faultOf(chain, { ...head, auditHash: 'f'.repeat(64) })).toMatchObject({ fault: 'cut' });
  });

  it('is published under the names it is hashed under', () => {
    const [first] = chain;
    if (first === undefined) throw new Error('no link');
    expect(auditLogFor(ADMIN, first)).toEqual({ ...first, timestamp: '2026-03-01T12:00:00.000Z' });
  });

  it('shows from where others acted to admins only, and to each subject from where it acted itself', () => {
    const [first] = chain;
    if (first === undefined) throw new Error('no link');
    const origin = { ipAddress: '192.0.2.99', userAgent: 'console/7' };
    const entry = { ...first, ...origin, actor: { ...first.actor, id: 'somebody' } };
    const whole = { ...entry, timestamp: '2026-03-01T12:00:00.000Z' };
    expect(auditLogFor(ADMIN, entry)).toEqual(whole);
    expect(auditLogFor({ ...DISPATCHER, id: 'somebody' }, entry)).toEqual(whole);
    const { ipAddress: _, userAgent: __, ...without } = whole;
    expect(auditLogFor(DISPATCHER, entry)).toEqual(without);
  });

  it('has the hashes that links were stored with from the first version on', () => {
    const bare: Unsealed<AuditLogEntry> = {
      id: idOf('aud', '1'.repeat(32)),
      paymentId: '01890000-0000-7000-8000-000000000001' as VendorPaymentId,
      sequence: 1,
      action: 'payment.approved',
      actor: { id: 'user-1', type: 'user', roles: ['dispatcher'] },
      requestId: 'req-1',
      after: { status: 'approved' },
      timestamp: NOON,
      previousHash: GENESIS_HASH,
    };
    const full: Unsealed<AuditLogEntry> = {
      ...bare,
      sequence: 2,
      ipAddress: '127.0.0.1',
      userAgent: 'test',
      before: { status: 'pending_approval' },
    };
    expect(auditLogChain.seal(full, sha256).hash).toBe(
      '13f937970df28e3ad19f30655c9caa001b354083806edd9f53d736e8a199fdcb',
    );
    expect(auditLogChain.seal(bare, sha256).hash).toBe(
      '47d12b21a51e78c5f6db81d29411f66564e6d23e2348e97abd11ea9786d9b905',
    );
  });
});
