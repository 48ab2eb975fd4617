import { okAsync, type ResultAsync } from 'neverthrow';
import { type Approver, seesAll } from '../../domain/approvals/approver.ts';
import { isFlagged } from '../../domain/approvals/decisions.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { isParty } from '../../domain/approvals/maker-checker.ts';
import { type Awaited, awaitedBy } from '../../domain/approvals/policy.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { ApprovalRules } from './approval-rules.ts';

/** Of those among the payments that wait, whose approvals they lack; for those who decide, and of no payment to themselves. */
export type AwaitedApprovals = (
  by: Approver,
  payments: readonly VendorPayment[],
) => ResultAsync<ReadonlyMap<VendorPaymentId, Awaited>, never>;

export const awaitedApprovals =
  ({ policy }: Pick<ApprovalRules, 'policy'>): AwaitedApprovals =>
  (by, payments) =>
    okAsync(
      new Map(
        payments
          .filter((each) => each.status === 'pending_approval' && seesAll(by) && !isParty(each, by))
          .map((each) => [
            each.id,
            awaitedBy(policy, { amount: each.amount, flagged: isFlagged(each) }, each.approvals),
          ]),
      ),
    );
