import { describe, expect, it } from 'vitest';
import {
  type AuditLogEntry,
  auditLogRecord,
  sealAuditLogEntry,
  verifyAuditLog,
} from '../../../src/domain/approvals/audit-log.ts';
import { aCreation, anEdit, anUncheckedApproval } from '../../fixtures/approvals.ts';
import { digests } from '../../fixtures/changes.ts';

const { sha256 } = digests;
const creation = aCreation();
const edit = anEdit(creation.payment);
const approval = anUncheckedApproval(edit.payment);
const chain = [creation, edit, approval].map(({ change }) => change.entry);
const head = approval.payment;
const faultOf = (entries: readonly AuditLogEntry[], of = head) =>
  verifyAuditLog(entries, of, sha256)._unsafeUnwrapErr();
const withSecond = (parts: Partial<AuditLogEntry>) =>
  chain.map((entry, index) => (index === 1 ? { ...entry, ...parts } : entry));

describe('a payment’s audit log', () => {
  it('holds when nothing was done to it', () => {
    expect(verifyAuditLog(chain, head, sha256)._unsafeUnwrap()).toBe(3);
  });

  it('misses every field that was edited', () => {
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

  it('misses links that are gone, forged or cut off', () => {
    expect(faultOf(chain.toSpliced(1, 1))).toMatchObject({ fault: 'missing', sequence: 2 });
    expect(faultOf(chain.slice(0, 2))).toMatchObject({ fault: 'cut', sequence: 3 });
    const forged = sealAuditLogEntry({ ...(chain[1] as AuditLogEntry), requestId: 'x' }, sha256);
    expect(faultOf(withSecond(forged))).toMatchObject({ fault: 'unlinked', sequence: 3 });
    expect(faultOf(chain, { ...head, auditHash: 'f'.repeat(64) })).toMatchObject({ fault: 'cut' });
  });

  it('is published under the names it is hashed under', () => {
    const [first] = chain;
    if (first === undefined) throw new Error('no link');
    expect(auditLogRecord(first)).toEqual({ ...first, timestamp: '2026-03-01T12:00:00.000Z' });
  });
});
