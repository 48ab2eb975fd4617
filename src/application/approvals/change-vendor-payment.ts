import type { ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  type ChangeRefused,
  changeVendorPayment as changed,
  type VendorPaymentChange,
} from '../../domain/approvals/vendor-payment-order.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Asked, unclaimed } from './approval-change.ts';
import { drafts, type NewLineItem } from './create-vendor-payment.ts';
import {
  type UpdateFailure,
  type UpdatePorts,
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
 * changes it is one of its makers. The same again writes nothing, and voids nothing. The
 * audit chain is checked first, as for an approval.
 */
export type ChangeVendorPayment = (
  request: ChangeVendorPaymentRequest,
) => ResultAsync<VendorPayment, ChangeVendorPaymentFailure>;

export const changeVendorPayment = (ports: UpdatePorts & VerifyPorts): ChangeVendorPayment => {
  const move = updateVendorPayment(ports);
  const verified = verifiedLinks(ports);
  return ({ by, origin, id, expectedVersions, lineItems, ...rest }) =>
    permitted(by, 'change').asyncAndThen(() =>
      move<VendorPayment, ChangeRefused | PaymentNotIntact>(
        { id, ...present({ expectedVersions }) },
        (before) => {
          const now = ports.clock.now();
          const change = {
            ...rest,
            ...(lineItems === undefined ? {} : { lineItems: drafts(ports, lineItems) }),
          };
          return changed(before, change, { by, now }, ports.digests.sha256).map((next) =>
            next === before
              ? { unchanged: next }
              : { by, origin, at: now, action: 'payment.changed', before, next },
          );
        },
        unclaimed,
        verified,
      ),
    );
};
