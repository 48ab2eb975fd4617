import type { CurrencyCode } from '../kernel/currency.ts';
import { type Day, dayOf } from '../kernel/day.ts';
import type { MerchantId } from '../kernel/ids.ts';
import { amountsOf, type Payment, type PaymentStatus } from './payment.ts';

/**
 * What a commit adds to, or takes from, the summary of a merchant's payments of one day, currency and status. Sums are
 * minor units. Added up, all tallies of a payment count it once, in the state it is in.
 */
export type Tally = Readonly<{
  merchantId: MerchantId;
  /** Of the payment's `createdAt`, which never changes. */
  day: Day;
  currency: CurrencyCode;
  status: PaymentStatus;
  count: number;
  amount: bigint;
  captured: bigint;
  refunded: bigint;
}>;

/** How a payment counts as it stands. */
export function tallyOf(payment: Payment): Tally {
  const { captured, refunded } = amountsOf(payment);
  return {
    merchantId: payment.merchantId,
    day: dayOf(payment.createdAt),
    currency: payment.amount.currency,
    status: payment.status,
    count: 1,
    amount: payment.amount.minorUnits,
    captured: captured.minorUnits,
    refunded: refunded.minorUnits,
  };
}

/** What a move changes; nothing when it changes nothing that is counted. */
export function talliesOf(before: Payment | undefined, next: Payment): readonly Tally[] {
  const now = tallyOf(next);
  if (before === undefined) return [now];
  const was = tallyOf(before);
  if (was.status !== now.status) return [negative(was), now];
  const change = addTallies(now, negative(was));
  return change.captured === 0n && change.refunded === 0n ? [] : [change];
}

/** Two tallies of one merchant, day, currency and status as one. */
export const addTallies = (a: Tally, b: Tally): Tally => ({
  ...a,
  count: a.count + b.count,
  amount: a.amount + b.amount,
  captured: a.captured + b.captured,
  refunded: a.refunded + b.refunded,
});

/** Whether a sum counts nothing, and holds nothing either. */
export const isEmpty = ({ count, amount, captured, refunded }: Tally): boolean =>
  count === 0 && amount === 0n && captured === 0n && refunded === 0n;

/** What takes away as much as the sum adds. */
export const negative = <Sum extends Omit<Tally, 'merchantId' | 'day'>>(sum: Sum): Sum => ({
  ...sum,
  count: -sum.count,
  amount: -sum.amount,
  captured: -sum.captured,
  refunded: -sum.refunded,
});
