import type { ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import type { LineItemDraft } from '../../domain/approvals/line-item.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { TermsRefused, VendorPaymentOrder } from '../../domain/approvals/vendor-payment-order.ts';
import type { DuplicateIncident } from '../../ports/approvals/approval-commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { openVendorPayment } from './open-vendor-payment.ts';
import type { ScoringPorts } from './score-vendor-payment.ts';

export type NewLineItem = Omit<LineItemDraft, 'id'>;
export type NewVendorPayment = Omit<VendorPaymentOrder, 'lineItems'> &
  Readonly<{ lineItems: readonly NewLineItem[] }>;

export type CreateVendorPaymentRequest = Asked & Readonly<{ order: NewVendorPayment }>;
export type CreateVendorPaymentFailure =
  | RoleNotAllowed
  | TermsRefused
  | DuplicateIncident
  | ChangedMeanwhile
  | StorageUnavailable;

/** Asks people to approve a vendor's payment. The approver of the request is its maker, and never approves it. */
export type CreateVendorPayment = (
  request: CreateVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<VendorPayment, CreateVendorPaymentFailure>;

export const createVendorPayment = (
  ports: ScoringPorts,
  rules: Pick<ApprovalRules, 'policy' | 'thresholds'>,
): CreateVendorPayment => {
  const open = openVendorPayment(ports, rules);
  return ({ by, origin, order }, claim = unclaimed) =>
    permitted(by, 'create').asyncAndThen(() =>
      open({ by, origin, order: { ...order, lineItems: drafts(ports, order.lineItems) } }, claim).mapErr(
        (failure) => {
          if (failure.kind === 'EventSeen') throw new Error('no event called for this payment');
          return failure;
        },
      ),
    );
};

/** Lines with ids of their own. */
export const drafts = (
  { approvalIds, clock }: Pick<ScoringPorts, 'approvalIds' | 'clock'>,
  lines: readonly NewLineItem[],
): readonly LineItemDraft[] => {
  const at = clock.now();
  return lines.map((line) => ({ ...line, id: approvalIds.lineItem(at) }));
};
