import { okAsync, type ResultAsync } from 'neverthrow';
import { type Approver, permitted, type RoleNotAllowed, seesAll } from '../../domain/approvals/approver.ts';
import { parseUuid, type VendorPaymentId } from '../../domain/approvals/ids.ts';
import { isParty } from '../../domain/approvals/maker-checker.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  isChosen,
  isOfRisk,
  type RiskFilter,
  type VendorPaymentFilter,
} from '../../domain/approvals/vendor-payment-filter.ts';
import { present } from '../../domain/kernel/present.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging, pagingOfWanted } from '../kernel/cursor.ts';

/** `offset` passes over so many before the first page, and says nothing beside a cursor. */
type PageAsked = Readonly<{ limit: number; cursor?: string; offset?: number }>;

export type ListVendorPaymentsRequest = PageAsked &
  Readonly<{
    by: Approver;
    filter: Omit<VendorPaymentFilter, 'fraudStatus' | 'unreviewed'>;
    risk?: RiskFilter;
  }>;
export type ListForReviewRequest = PageAsked & Readonly<{ by: Approver }>;
export type ListVendorPaymentsFailure = RoleNotAllowed | CursorInvalid | StorageUnavailable;

type Listed = ResultAsync<Page<VendorPayment>, ListVendorPaymentsFailure>;

/**
 * A page of payments, newest first; a vendor's are its own, whatever its filter. With a risk, which roles that list may ask by, it
 * is of those that the fraud report counts: without payments to the person that asks, and, as `pagingOfWanted` pages, looked for
 * among those of the vendor, the incident, the risk or the status; an offset says nothing then.
 */
export type ListVendorPayments = (request: ListVendorPaymentsRequest) => Listed;
/**
 * A page of payments that wait for approval, oldest first. Whatever is approved between two pages, each
 * payment that waits throughout is met exactly once; an offset cannot promise that.
 */
export type ListPending = (request: ListForReviewRequest) => Listed;
/**
 * A page of payments that were flagged or have no score, newest first, whatever became of them. Who is paid by
 * one is not shown that it is among them.
 */
export type ListFlagged = (request: ListForReviewRequest) => Listed;
/**
 * A page of flagged payments that await a review, oldest first, without those that pay who asks. As with what waits for
 * approval, each that waits throughout is met exactly once.
 */
export type ListUnreviewed = (request: ListForReviewRequest) => Listed;

export type ListPorts = Readonly<{
  vendorPayments: VendorPayments;
  signedTokens: SignedTokens;
  clock: Clock;
}>;

export const listVendorPayments = (ports: ListPorts): ListVendorPayments => {
  const read = pagesOf(ports, 'vendor_payments', 'newest');
  const readOfRisk = pagesOfRisk(ports);
  return ({ by, filter, risk, ...page }) =>
    permitted(by, risk === undefined ? 'see' : 'list').asyncAndThen(() => {
      if (risk !== undefined) return readOfRisk(by, filter, risk, page);
      if (seesAll(by)) return read(by, filter, page);
      const { vendorId = by.vendorId } = filter;
      return vendorId === undefined || vendorId !== by.vendorId
        ? okAsync({ items: [] })
        : read(by, { ...filter, vendorId }, page);
    });
};

export const listPending = (ports: ListPorts): ListPending => {
  const read = pagesOf(ports, 'pending', 'oldest');
  return ({ by, ...page }) =>
    permitted(by, 'list').asyncAndThen(() => read(by, { status: 'pending_approval' }, page));
};

export const listFlagged = (ports: ListPorts): ListFlagged =>
  suspected(pagesOf(ports, 'flagged', 'newest'), { fraudStatus: 'flagged' });

export const listUnreviewed = (ports: ListPorts): ListUnreviewed =>
  suspected(pagesOf(ports, 'unreviewed', 'oldest'), { fraudStatus: 'flagged', unreviewed: true });

const suspected =
  (read: ReturnType<typeof pagesOf>, filter: VendorPaymentFilter) =>
  ({ by, ...page }: ListForReviewRequest): Listed =>
    permitted(by, 'list')
      .asyncAndThen(() => read(by, filter, page))
      .map(({ items, ...rest }) => ({ ...rest, items: items.filter((payment) => !isParty(payment, by)) }));

/** Whatever of the report's row the storage is not asked for, is looked for in what it gives. */
function pagesOfRisk(ports: ListPorts) {
  const pages = pagingOfWanted(ports, (text) => parseUuid<VendorPaymentId>(text));
  return (by: Approver, filter: VendorPaymentFilter, risk: RiskFilter, page: PageAsked): Listed =>
    pages<VendorPayment, StorageUnavailable>(
      { ...page, context: { list: 'vendor_payments', filter, risk } },
      ({ limit, before }) =>
        ports.vendorPayments.list(listedBy(filter, risk), {
          order: 'newest',
          limit,
          ...present({ after: before }),
        }),
      (payment) => isChosen(payment, filter) && isOfRisk(payment, risk) && !isParty(payment, by),
    );
}

/** What a storage has a list of, so that it reads no more than it gives: the fewest are of an incident or a vendor, and the most of low risk. */
function listedBy(
  { status, ...filter }: VendorPaymentFilter,
  { fraudStatus }: RiskFilter,
): VendorPaymentFilter {
  if (filter.incidentId !== undefined || filter.vendorId !== undefined) return filter;
  return fraudStatus === undefined || fraudStatus === 'low_risk'
    ? { ...filter, ...present({ status }) }
    : { ...filter, fraudStatus };
}

/** A cursor is good for one list, one filter, and a vendor's for that vendor only. */
function pagesOf(ports: ListPorts, list: string, order: 'oldest' | 'newest') {
  const pages = paging(ports, (text) => parseUuid<VendorPaymentId>(text));
  return (by: Approver, filter: VendorPaymentFilter, { offset, ...page }: PageAsked): Listed => {
    const context = { list, filter, vendor: seesAll(by) ? undefined : by.vendorId };
    return pages<VendorPayment, StorageUnavailable>({ ...page, context }, ({ limit, before }) =>
      ports.vendorPayments.list(filter, {
        order,
        limit,
        ...present({ after: before }),
        ...(before === undefined && offset !== undefined ? { skip: offset } : {}),
      }),
    );
  };
}
