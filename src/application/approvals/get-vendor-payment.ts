import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { type Approver, permitted, type RoleNotAllowed, seesAll } from '../../domain/approvals/approver.ts';
import type { IncidentId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { found, type VendorPaymentNotFound } from './update-vendor-payment.ts';

export type GetVendorPaymentFailure = RoleNotAllowed | VendorPaymentNotFound | StorageUnavailable;

/** One payment. To a vendor another's payment is not there. */
export type GetVendorPayment = (
  request: Readonly<{ by: Approver; id: VendorPaymentId }>,
) => ResultAsync<VendorPayment, GetVendorPaymentFailure>;

export const getVendorPayment =
  ({ vendorPayments }: Readonly<{ vendorPayments: VendorPayments }>): GetVendorPayment =>
  ({ by, id }) =>
    permitted(by, 'see')
      .asyncAndThen(() => found(vendorPayments, id))
      .andThen((payment) => seen(by, payment));

/** The newest 100 payments of an incident, newest first; to a vendor its own of them. */
export type FindByIncident = (
  request: Readonly<{ by: Approver; incidentId: IncidentId }>,
) => ResultAsync<readonly VendorPayment[], RoleNotAllowed | StorageUnavailable>;

export const findByIncident =
  ({ vendorPayments }: Readonly<{ vendorPayments: VendorPayments }>): FindByIncident =>
  ({ by, incidentId }) =>
    permitted(by, 'see').asyncAndThen<readonly VendorPayment[], StorageUnavailable>(() => {
      const page = { order: 'newest', limit: 100 } as const;
      if (seesAll(by)) return vendorPayments.list({ incidentId }, page);
      return by.vendorId === undefined
        ? okAsync([])
        : vendorPayments.list({ incidentId, vendorId: by.vendorId }, page);
    });

const seen = (by: Approver, payment: VendorPayment): Result<VendorPayment, VendorPaymentNotFound> =>
  seesAll(by) || payment.vendorId === by.vendorId
    ? ok(payment)
    : err({ kind: 'VendorPaymentNotFound', id: payment.id });
