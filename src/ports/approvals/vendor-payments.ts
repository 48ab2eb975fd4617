import type { ResultAsync } from 'neverthrow';
import type { IncidentId, VendorId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { VendorPaymentFilter } from '../../domain/approvals/vendor-payment-filter.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/** `after` is the last payment of the page before, exclusive; `skip` passes over so many that match, and costs them. */
export type VendorPaymentPage = Readonly<{
  order: 'oldest' | 'newest';
  limit: number;
  after?: VendorPaymentId;
  skip?: number;
}>;

/** What waits for approval: how many payments, counted up to a bound, and since when the oldest does. */
export type ApprovalBacklog = Readonly<{ count: number; oldestAt?: Instant }>;

/** Where vendors' payments are read. Adapters must pass `test/contract/approvals/vendor-payments.contract.ts`. */
export interface VendorPayments {
  /** Strongly consistent: sees every commit that has resolved. */
  find(id: VendorPaymentId): ResultAsync<VendorPayment | undefined, StorageUnavailable>;
  /** The one live payment of an incident and vendor. Strongly consistent. */
  findLive(
    incidentId: IncidentId,
    vendorId: VendorId,
  ): ResultAsync<VendorPayment | undefined, StorageUnavailable>;
  /**
   * By id in the page's order, up to `limit`; fewer only at the end. Walking with `after` gives every payment that
   * matched from the start to the end exactly once, whatever begins or ceases to match meanwhile; each is given as it is
   * when read. Sees every commit that has resolved. Nothing made before or after the filter's time is read.
   */
  list(
    filter: VendorPaymentFilter,
    page: VendorPaymentPage,
  ): ResultAsync<readonly VendorPayment[], StorageUnavailable>;
  /**
   * Payments in `processing` with `dueAt` ≤ `now`, most overdue first, up to `limit`. May lag behind the newest commits
   * and may name payments that have moved on: read each with `find` before acting on it.
   */
  due(now: Instant, limit: number): ResultAsync<readonly VendorPaymentId[], StorageUnavailable>;
  /** Counts keys, up to `most`, and reads one payment at the most. May lag behind the newest commits. */
  backlog(most: number): ResultAsync<ApprovalBacklog, StorageUnavailable>;
}
