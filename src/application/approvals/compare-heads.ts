import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ApprovalsFinding, ApprovalsHead, VerifiedApprovals } from './verify-approvals.ts';
import { checkAll } from './verify-side-by-side.ts';

/**
 * Ends at the first payment whose chain no longer holds the link it once ended with: it was rewritten from some link on, set
 * back, or is gone, however well its rows were made to match. Chains that went on since agree. One read for each head.
 */
export type CompareApprovalsHeads = (
  heads: readonly ApprovalsHead[],
) => ResultAsync<void, ApprovalsFinding | StorageUnavailable>;

export const compareApprovalsHeads =
  ({ auditLog }: Readonly<{ auditLog: AuditLog }>): CompareApprovalsHeads =>
  (heads) =>
    checkAll(heads, ({ id, version, hash }) =>
      auditLog.of(id).andThen<ResultAsync<void, ApprovalsFinding>>((links) => {
        const link = links[version - 1];
        if (link?.hash === hash) return okAsync(undefined);
        const fault = link === undefined ? 'shortened' : 'rewritten';
        return errAsync({ kind: 'BadRow', row: 'vendor_payment', id, sequence: version, fault });
      }),
    ).map(() => undefined);

/** How much of what is never deleted there was. */
export type ApprovalsCounts = Pick<VerifiedApprovals, 'payments' | 'links'>;

/** What there is less of than there was. */
export function faultOfApprovalsCounts(
  then: ApprovalsCounts,
  now: ApprovalsCounts,
): ApprovalsFinding | undefined {
  const less = (['payments', 'links'] as const).find((name) => now[name] < then[name]);
  return less === undefined
    ? undefined
    : {
        kind: 'BadRow',
        row: 'row',
        id: '',
        fault: 'shortened',
        detail: `there were ${then[less]} ${less}, there are ${now[less]}`,
      };
}
