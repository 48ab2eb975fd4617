import { daysLater, UTC_CLOCKS } from '../kernel/calendar.ts';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type { FraudStatus } from './fraud.ts';
import type { ReviewOutcome } from './fraud-review.ts';
import { firstIdAt, type IncidentId, type VendorId } from './ids.ts';
import type { VendorPayment, VendorPaymentStatus } from './vendor-payment.ts';

/** What a storage chooses payments by. */
export type VendorPaymentFilter = Readonly<{
  vendorId?: VendorId;
  incidentId?: IncidentId;
  status?: VendorPaymentStatus;
  fraudStatus?: FraudStatus;
  /** Those that no review found to be anything. */
  unreviewed?: true;
  /** Inclusive, of `createdAt`. */
  madeFrom?: Instant;
  /** Exclusive, of `createdAt`. */
  madeBefore?: Instant;
}>;

/** Whether a filter chooses a payment as it stands. */
export const isChosen = (payment: VendorPayment, filter: VendorPaymentFilter): boolean =>
  (filter.vendorId === undefined || payment.vendorId === filter.vendorId) &&
  (filter.incidentId === undefined || payment.incidentId === filter.incidentId) &&
  (filter.status === undefined || payment.status === filter.status) &&
  (filter.fraudStatus === undefined || payment.fraud.status === filter.fraudStatus) &&
  (filter.unreviewed === undefined || payment.review === undefined) &&
  (filter.madeFrom === undefined || payment.id >= firstIdAt(filter.madeFrom)) &&
  (filter.madeBefore === undefined || payment.id < firstIdAt(filter.madeBefore));

/** Days of UTC, both inclusive; either may be open. */
export type DaysMade = Readonly<{ from?: string; to?: string }>;

/** When the payments of these days were made. */
export const madeIn = ({ from, to }: DaysMade): Pick<VendorPaymentFilter, 'madeFrom' | 'madeBefore'> =>
  present({
    madeFrom: from === undefined ? undefined : midnight(from),
    madeBefore: to === undefined ? undefined : midnight(daysLater(to, 1)),
  });

const midnight = (date: string): Instant => UTC_CLOCKS.firstInstantAt('UTC', { date, time: '00:00' });

/** What the fraud report counts apart of one status and currency. */
export type RiskFilter = Readonly<{
  fraudStatus?: FraudStatus;
  /** `none` of those that no review found to be anything. */
  reviewOutcome?: ReviewOutcome | 'none';
  /** Those that the scorer gave no answer for in time. */
  unscored?: true;
}>;

/** Whether a payment is of the risk as it stands. */
export const isOfRisk = ({ fraud, review }: VendorPayment, filter: RiskFilter): boolean =>
  (filter.fraudStatus === undefined || fraud.status === filter.fraudStatus) &&
  (filter.reviewOutcome === undefined || (review?.outcome ?? 'none') === filter.reviewOutcome) &&
  (filter.unscored === undefined || fraud.score === undefined);
