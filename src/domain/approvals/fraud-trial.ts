import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { type FraudStatus, type FraudThresholds, judgeFraud } from './fraud.ts';
import { type FraudRules, NEWEST_PAYMENTS, scoreByRules } from './fraud-rules.ts';
import type { PastPayment } from './fraud-standing.ts';
import type { VendorId, VendorPaymentId } from './ids.ts';
import type { VendorPayment } from './vendor-payment.ts';

/** A payment whose score under other rules is on the other side of `flagged`, or whose outcome is known. */
export type TriedPayment = Readonly<{
  paymentId: VendorPaymentId;
  vendorId: VendorId;
  amountCents: number;
  was: FraudStatus;
  would: FraudStatus;
}>;

/** How many payments there were of an outcome, and how many of them were, and would have been, flagged. */
export type TrialCount = Readonly<{ payments: number; wereFlagged: number; wouldBeFlagged: number }>;

/** `unknown` are payments without a review. */
export type TrialCounts = Readonly<Record<'fraud' | 'legitimate' | 'unknown', TrialCount>>;

const NONE: TrialCount = { payments: 0, wereFlagged: 0, wouldBeFlagged: 0 };
export const NOTHING_TRIED: TrialCounts = { fraud: NONE, legitimate: NONE, unknown: NONE };

/** Of a payment that was made, what those after it are scored by, and from when on. */
export type EarlierPayment = PastPayment & Readonly<{ rejectedAt?: Instant }>;

export const earlierPayment = (payment: VendorPayment): EarlierPayment => ({
  amount: payment.amount,
  incidentId: payment.incidentId,
  createdAt: payment.createdAt,
  status: payment.status,
  ...present({ review: payment.review }),
  ...(payment.status === 'cancelled' ? { rejectedAt: payment.rejectedAt } : {}),
});

/**
 * Scores one payment as it would have been when it was made: by the vendor's payments before it, as they stood then.
 * `earlier` are those, newest first.
 */
export function tryOn(
  payment: VendorPayment,
  earlier: readonly EarlierPayment[],
  rules: FraudRules,
  thresholds: FraudThresholds,
): TriedPayment {
  const { id, vendorId, incidentId, amount, createdAt } = payment;
  const past = earlier.slice(0, NEWEST_PAYMENTS).map((each) => asItStood(each, createdAt));
  const asked = { vendorId, incidentId, amountCents: amount.minorUnits, at: createdAt };
  return {
    paymentId: id,
    vendorId,
    amountCents: Number(amount.minorUnits),
    was: payment.fraud.status,
    would: judgeFraud(scoreByRules(asked, past, rules), thresholds).status,
  };
}

/** Without what was only known later: a review counts from when it was made, a rejection likewise. */
const asItStood = ({ review, rejectedAt, ...payment }: EarlierPayment, at: Instant): PastPayment => ({
  ...payment,
  status: rejectedAt !== undefined && rejectedAt > at ? 'pending_approval' : payment.status,
  ...(review !== undefined && review.at <= at ? { review } : {}),
});

/** With one payment more among those of its outcome. */
export function counted(
  counts: TrialCounts,
  { review }: Pick<VendorPayment, 'review'>,
  { was, would }: TriedPayment,
): TrialCounts {
  const outcome = review?.outcome ?? 'unknown';
  const { payments, wereFlagged, wouldBeFlagged } = counts[outcome];
  return {
    ...counts,
    [outcome]: {
      payments: payments + 1,
      wereFlagged: wereFlagged + Number(was === 'flagged'),
      wouldBeFlagged: wouldBeFlagged + Number(would === 'flagged'),
    },
  };
}
