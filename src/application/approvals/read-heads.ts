import { ok, ResultAsync, safeTry } from 'neverthrow';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { addLinks, type Heads, NO_HEADS } from '../kernel/heads.ts';

export type ApprovalsHeadsReads = Readonly<{
  vendorPayments: VendorPayments;
  auditLog: AuditLog;
  refusals: Refusals;
}>;

/** The heads of all vendors' payments together, their refusals included, in constant memory; two reads for each payment. */
export type ReadApprovalsHeads = (until: Instant) => ResultAsync<Heads, StorageUnavailable>;

/** Of which all chains are read side by side. */
const PAGE = 16;

export const readApprovalsHeads =
  ({ vendorPayments, auditLog, refusals }: ApprovalsHeadsReads): ReadApprovalsHeads =>
  (until) =>
    safeTry(async function* () {
      let heads = NO_HEADS;
      for (let after: VendorPaymentId | undefined; ; ) {
        const page = { order: 'oldest', limit: PAGE, ...present({ after }) } as const;
        const payments = yield* vendorPayments.list({}, page);
        const reads = payments.flatMap(({ id }) => [auditLog.of(id), refusals.of(id)]);
        for (const links of yield* ResultAsync.combine(reads)) heads = addLinks(heads, links, until);
        after = payments.at(-1)?.id;
        if (payments.length < PAGE) return ok(heads);
      }
    });
