import { okAsync, type ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  type ChangeRefused,
  changeVendorPayment as changed,
  orderOf,
  scoredAnew,
  type VendorPaymentChange,
} from '../../domain/approvals/vendor-payment-order.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Asked, unclaimed, type VendorPaymentUpdate } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { drafts, type NewLineItem } from './create-vendor-payment.ts';
import { type ScoringPorts, scoreAgain, verdictOn } from './score-vendor-payment.ts';
import {
  type UpdateFailure,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';
import { type PaymentNotIntact, type VerifyPorts, verifiedLinks } from './verify-payment.ts';

export type ChangeVendorPaymentRequest = Asked &
  VendorPaymentTarget &
  Omit<VendorPaymentChange, 'lineItems'> &
  Readonly<{ lineItems?: readonly NewLineItem[] }>;
export type ChangeVendorPaymentFailure = RoleNotAllowed | ChangeRefused | PaymentNotIntact | UpdateFailure;

/**
 * Other lines, amount, metadata or due date for a payment that is not approved in full. Whatever was approved is void, and who
 * changes it is one of its makers. It is scored anew, as when it was made and in the commit of the change, and the graver verdict stands.
 * Once more behind that commit (`scoreAgain`).
 * The same again writes nothing, voids nothing and is not scored. The audit chain is checked first, as for an approval.
 */
export type ChangeVendorPayment = (
  request: ChangeVendorPaymentRequest,
) => ResultAsync<VendorPayment, ChangeVendorPaymentFailure>;

export const changeVendorPayment = (
  ports: ScoringPorts & VerifyPorts,
  rules: Pick<ApprovalRules, 'thresholds'>,
): ChangeVendorPayment => {
  const move = updateVendorPayment(ports);
  const verified = verifiedLinks(ports);
  const score = scoreAgain(ports, rules);
  return ({ by, origin, id, expectedVersions, lineItems, ...rest }) => {
    let isChanged = false;
    return permitted(by, 'change').asyncAndThen(() =>
      move<VendorPayment, ChangeRefused | PaymentNotIntact>(
        { id, ...present({ expectedVersions }) },
        (before) => {
          const now = ports.clock.now();
          const change = {
            ...rest,
            ...(lineItems === undefined ? {} : { lineItems: drafts(ports, lineItems) }),
          };
          const decided = changed(before, change, { by, now }, ports.digests.sha256);
          return decided.asyncAndThen<VendorPaymentUpdate | Readonly<{ unchanged: VendorPayment }>, never>(
            (next) => {
              isChanged = next !== before;
              return next === before
                ? okAsync({ unchanged: next })
                : verdictOn(ports.fraudScorer, rules, orderOf(next), now, next.id).map((verdict) => ({
                    by,
                    origin,
                    at: now,
                    action: 'payment.changed',
                    before,
                    next: scoredAnew(next, verdict),
                  }));
            },
          );
        },
        unclaimed,
        verified,
      ).andThen((payment) => (isChanged ? score({ by, origin }, payment) : okAsync(payment))),
    );
  };
};
