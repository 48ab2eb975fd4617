import { parseUuid } from '../../domain/approvals/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { Ids } from '../../ports/ids.ts';
import { systemIds } from './ids.ts';

/** UUIDs of the same making as the platform's ids. */
export const approvalIdsFrom = (ids: Ids): ApprovalIds => ({
  vendorPayment: (at) => uuid(ids, at),
  lineItem: (at) => uuid(ids, at),
  event: (at) => ids.event(at),
  auditEntry: (at) => ids.auditEntry(at),
  change: (at) => ids.change(at),
});

/** UUIDv7s, as the platform's ids are. */
export const systemApprovalIds = approvalIdsFrom(systemIds);

function uuid<Id extends NonNullable<ReturnType<typeof parseUuid>>>(ids: Ids, at: Instant): Id {
  const hex = ids.change(at);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  const id = parseUuid<Id>(parts.join('-'));
  if (id === undefined) throw new Error(`${hex} is no UUID without its dashes`);
  return id;
}
