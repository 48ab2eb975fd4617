import { parseUuid } from '../../domain/approvals/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import { systemIds } from './ids.ts';

/** UUIDv7s of the same making as the platform's ids. */
export const systemApprovalIds: ApprovalIds = {
  vendorPayment: (at) => uuid(at),
  lineItem: (at) => uuid(at),
  event: (at) => systemIds.event(at),
  auditEntry: (at) => systemIds.auditEntry(at),
  change: (at) => systemIds.change(at),
};

function uuid<Id extends NonNullable<ReturnType<typeof parseUuid>>>(at: Instant): Id {
  const hex = systemIds.change(at);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  const id = parseUuid<Id>(parts.join('-'));
  if (id === undefined) throw new Error(`${hex} is no UUID without its dashes`);
  return id;
}
