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

type Part = Readonly<{ name: string; amount: bigint; colour: string }>;

/** Into what a payment's amount is divided now; the parts add up to it. */
export function partsOf(payment: Payment): readonly Part[] {
  const underWay = BigInt(payment.reserved_amount ?? 0);
  const refunding = BigInt(payment.reserved_refund_amount ?? 0);
  const held = capturable(payment);
  const taken = BigInt(payment.captured_amount);
  return [
    { name: 'Captured', amount: refundable(payment), colour: 'bg-good' },
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
