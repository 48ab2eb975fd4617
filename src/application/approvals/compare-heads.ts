import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import { headOfRefusals } from '../../domain/approvals/refusal.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report } from '../kernel/report-findings.ts';
import { changeSince, lessThan } from '../kernel/since-checkpoint.ts';
import type { ApprovalsFinding } from './approvals-finding.ts';
import type { ApprovalsHead, VerifiedApprovals } from './verify-approvals.ts';
import { checkAll } from './verify-side-by-side.ts';

/**
 * Reports each payment whose chain no longer holds the link it once ended with: it was rewritten from some link on, set
 * back, or is gone, or so were its refusals, however well its rows were made to match. Chains that went on since agree. One read
 * for each head, two where there are refusals.
 */
export type CompareApprovalsHeads = (
  heads: readonly ApprovalsHead[],
  report?: Report<ApprovalsFinding>,
) => ResultAsync<void, ApprovalsFinding | StorageUnavailable>;

export const compareApprovalsHeads =
  ({ auditLog, refusals }: Readonly<{ auditLog: AuditLog; refusals: Refusals }>): CompareApprovalsHeads =>
  (heads, report = endAtFirst) =>
    checkAll(heads, report, ({ id, version, hash, refusals: refused }) => {
      const fault = (row: 'vendor_payment' | 'refusal', then: Ended, links: readonly AuditLogEntry[]) => {
        const changed = changeSince(links[then.version - 1], then.hash);
        return changed && ({ kind: 'BadRow', row, id, sequence: then.version, fault: changed } as const);
      };
      const ofPayment = auditLog.of(id).map((links) => fault('vendor_payment', { version, hash }, links));
      const ofRefusals =
        refused === undefined
          ? okAsync(undefined)
          : refusals.of(id).map((links) => {
              const then = { version: refused.version, hash: refused.auditHash };
              const isLess = headOfRefusals(links).attempts < refused.attempts;
              const less = { kind: 'BadRow', row: 'refusal', id, fault: 'shortened' } as const;
              return fault('refusal', then, links) ?? (isLess ? less : undefined);
            });
      return ResultAsync.combine([ofPayment, ofRefusals]).andThen(
        (faults): ResultAsync<void, ApprovalsFinding> => {
          const first = faults.find((each) => each !== undefined);
          return first === undefined ? okAsync(undefined) : errAsync(first);
        },
      );
    }).map(() => undefined);

type Ended = Readonly<{ version: number; hash: string }>;

/** How much of what is never deleted there was. */
export type ApprovalsCounts = Pick<VerifiedApprovals, 'payments' | 'links'>;

/** What there is less of than there was. */
export const faultOfApprovalsCounts = (
  then: ApprovalsCounts,
  now: ApprovalsCounts,
): ApprovalsFinding | undefined => lessThan(['payments', 'links'], then, now);
