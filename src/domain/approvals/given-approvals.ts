import type { Approval } from './approval.ts';
import type { AuditLogEntry } from './audit-log.ts';
import { type ApprovalRecord, restoreApproval } from './vendor-payment-record.ts';

/** An approval, and the version of the payment in which it was given. */
export type GivenApproval = Readonly<{ approval: Approval; version: number }>;

/** Every approval that a chain, first link first, tells of: also those that a change of the terms has made void since. */
export function givenApprovals(links: readonly AuditLogEntry[]): readonly GivenApproval[] {
  const given = new Map<string, GivenApproval>();
  for (const { after, sequence } of links)
    for (const record of (after['approvals'] ?? []) as readonly ApprovalRecord[]) {
      const key = `${record.edition} ${record.by}`;
      if (!given.has(key)) given.set(key, { approval: restoreApproval(record), version: sequence });
    }
  return [...given.values()];
}
