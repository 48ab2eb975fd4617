import type { Schemas } from '../api/api.ts';
import type { Payment } from './payment-queries.ts';

export type Action = 'capture' | 'refund' | 'void';

const minus = (from: number, ...amounts: readonly (number | undefined)[]): bigint =>
  amounts.reduce<bigint>((left, amount) => left - BigInt(amount ?? 0), BigInt(from));

/** What could still be captured or refunded, with what is under way taken off; in minor units. */
export const capturable = (payment: Payment): bigint =>
  payment.status === 'authorized' && payment.closing === undefined
    ? minus(payment.authorized_amount, payment.captured_amount, payment.reserved_amount)
    : 0n;

export const refundable = (payment: Payment): bigint =>
  minus(payment.captured_amount, payment.refunded_amount, payment.reserved_refund_amount);

/** What a person with these permissions can do with a payment in the state that it has. */
export function actionsOn(payment: Payment, permissions: readonly string[]): readonly Action[] {
  const mayMove = permissions.includes('payments');
  const isHeld = payment.status === 'authorized' || payment.status === 'requires_action';
  return [
    ...(mayMove && capturable(payment) > 0n ? (['capture'] as const) : []),
    ...(permissions.includes('refunds') && refundable(payment) > 0n ? (['refund'] as const) : []),
    ...(mayMove && isHeld && payment.closing === undefined ? (['void'] as const) : []),
  ];
}

type Dispute = Pick<Schemas['Dispute'], 'amount' | 'currency' | 'status'>;

type Part = Readonly<{
  name: string;
  amount: bigint;
  colour: string;
  /** How much of the payment's amount it is, where that is less than `amount`: money that was refunded can be disputed too. */
  share?: bigint;
  isDispute?: true;
}>;

export const shareOf = ({ amount, share = amount }: Part): bigint => share;

/** Into what a payment's amount is divided now; the shares add up to it. What was won back is captured as before. */
export function partsOf(payment: Payment, disputes: readonly Dispute[] = []): readonly Part[] {
  const underWay = BigInt(payment.reserved_amount ?? 0);
  const refunding = BigInt(payment.reserved_refund_amount ?? 0);
  const held = capturable(payment);
  const taken = BigInt(payment.captured_amount);
  const kept = refundable(payment);
  const sumOf = (...statuses: readonly Dispute['status'][]) =>
    disputes
      .filter(({ status, currency }) => currency === payment.currency && statuses.includes(status))
      .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const lost = sumOf('lost', 'accepted');
  const disputed = sumOf('needs_response', 'under_review');
  const lostShare = least(lost, kept);
  const disputedShare = least(disputed, kept - lostShare);
  return [
    { name: 'Captured', amount: kept - lostShare - disputedShare, colour: 'bg-good' },
    {
      name: 'Disputed',
      amount: disputed,
      share: disputedShare,
      colour: 'bg-bad opacity-50',
      isDispute: true,
    },
    { name: 'Lost to disputes', amount: lost, share: lostShare, colour: 'bg-bad', isDispute: true },
    { name: 'Refunded', amount: BigInt(payment.refunded_amount), colour: 'bg-accent' },
    { name: 'Refund under way', amount: refunding, colour: 'bg-accent opacity-50' },
    { name: 'Under way', amount: underWay, colour: 'bg-warn' },
    { name: 'Authorized', amount: held, colour: 'bg-good opacity-40' },
    {
      name: payment.status === 'succeeded' || payment.status === 'canceled' ? 'Released' : 'Not taken',
      amount: BigInt(payment.amount) - taken - underWay - held,
      colour: 'bg-line',
    },
  ];
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
