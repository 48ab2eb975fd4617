import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import type { AmountNotPositive } from '../kernel/money.ts';
import { add, type Money, money, subtract, zero } from '../kernel/money.ts';
import {
  type Authorized,
  type Canceled,
  moved,
  type Payment,
  type PaymentStatus,
  type Succeeded,
} from './payment.ts';

/** What a merchant does with a payment after taking it. */
export type ModificationType = 'capture' | 'refund' | 'void';

/**
 * One modification of a payment's money. `final` ends the authorization: the modification releases what it does not take. A void
 * is always final, and its amount is what it releases.
 */
export type Modification = Readonly<{ type: ModificationType; amount: Money; final: boolean }>;

/** Without an amount: all that is left. An amount of 0 is refused, never read as "all". */
export type ModificationRequest =
  | Readonly<{ type: 'capture'; amount?: bigint; final: boolean }>
  | Readonly<{ type: 'refund'; amount?: bigint }>
  | Readonly<{ type: 'void' }>;

/** `underWay`: another modification of this payment has to end first. */
export type PaymentStateConflict = Readonly<{
  kind: 'PaymentStateConflict';
  status: PaymentStatus;
  underWay: boolean;
}>;
export type AmountExceedsAuthorized = Readonly<{ kind: 'AmountExceedsAuthorized'; available: Money }>;
export type AmountExceedsCaptured = Readonly<{ kind: 'AmountExceedsCaptured'; available: Money }>;

/** A rule's refusal of a modification. */
export type ModificationRefused =
  | PaymentStateConflict
  | AmountNotPositive
  | AmountExceedsAuthorized
  | AmountExceedsCaptured;

/** A payment with a modification under way. */
export type Reserved = Readonly<{ payment: Authorized | Succeeded; modification: Modification }>;

/** The modification that a pending transaction stands for; only a final one closes its payment. */
export const modificationOf = (payment: Payment, type: ModificationType, amount: Money): Modification => ({
  type,
  amount,
  final: payment.status === 'authorized' && payment.closing,
});

/**
 * Sets the money of a modification aside before the processor is asked, so that modifications under way can never add up to more
 * than there is. Captures and refunds may run side by side; a final one waits for none and lets none begin.
 */
export function reserve(
  payment: Payment,
  request: ModificationRequest,
  now: Instant,
): Result<Reserved, ModificationRefused> {
  switch (request.type) {
    case 'capture':
      return reserveCapture(payment, request.amount, request.final, now);
    case 'refund':
      return reserveRefund(payment, request.amount, now);
    case 'void':
      return reserveVoid(payment, now);
  }
}

function reserveCapture(
  payment: Payment,
  wanted: bigint | undefined,
  final: boolean,
  now: Instant,
): Result<Reserved, ModificationRefused> {
  if (payment.status !== 'authorized' || payment.closing) return conflict(payment);
  const available = left(payment.authorized, payment.captured, payment.reserved);
  const nothingLeft = available.minorUnits === 0n && wanted === undefined;
  if (nothingLeft || (final && payment.reserved.minorUnits > 0n)) return conflict(payment);
  const amount = wanted === undefined ? available : money(wanted, available.currency);
  if (amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  if (amount.minorUnits > available.minorUnits) return err({ kind: 'AmountExceedsAuthorized', available });
  const reserved = sum(payment.reserved, amount);
  const modification: Modification = { type: 'capture', amount, final };
  return ok({ payment: { ...payment, ...moved(payment, now), reserved, closing: final }, modification });
}

function reserveRefund(
  payment: Payment,
  wanted: bigint | undefined,
  now: Instant,
): Result<Reserved, ModificationRefused> {
  if (payment.status !== 'succeeded') return conflict(payment);
  const available = left(payment.captured, payment.refunded, payment.reserved);
  const amount = wanted === undefined ? available : money(wanted, available.currency);
  if (wanted !== undefined && wanted <= 0n) return err({ kind: 'AmountNotPositive' });
  if (amount.minorUnits > available.minorUnits || amount.minorUnits === 0n)
    return err({ kind: 'AmountExceedsCaptured', available });
  const reserved = sum(payment.reserved, amount);
  const modification: Modification = { type: 'refund', amount, final: false };
  return ok({ payment: { ...payment, ...moved(payment, now), reserved }, modification });
}

function reserveVoid(payment: Payment, now: Instant): Result<Reserved, ModificationRefused> {
  if (payment.status !== 'authorized' || payment.closing || payment.reserved.minorUnits > 0n)
    return conflict(payment);
  const amount = left(payment.authorized, payment.captured);
  const modification: Modification = { type: 'void', amount, final: true };
  return ok({ payment: { ...payment, ...moved(payment, now), closing: true }, modification });
}

/**
 * The processor did it. A capture stays authorized until all that was held is taken or released; a void ends in
 * canceled, or in succeeded when a part was captured before. Throws for a payment on which nothing was reserved.
 */
export function complete(
  payment: Payment,
  modification: Modification,
  now: Instant,
): Authorized | Succeeded | Canceled {
  const { type, amount, final } = modification;
  const on = holding(payment, modification);
  const known = moved(on, now);
  const none = zero(amount.currency);
  const { authorized } = on;
  if (on.status === 'succeeded') {
    const refunded = sum(on.refunded, amount);
    const reserved = less(on.reserved, amount);
    return { ...known, status: 'succeeded', authorized, captured: on.captured, refunded, reserved };
  }
  const captured = type === 'void' ? on.captured : sum(on.captured, amount);
  if (type === 'void' && captured.minorUnits === 0n) return { ...known, status: 'canceled', authorized };
  return final || captured.minorUnits === authorized.minorUnits
    ? { ...known, status: 'succeeded', authorized, captured, refunded: none, reserved: none }
    : {
        ...known,
        status: 'authorized',
        authorized,
        captured,
        reserved: less(on.reserved, amount),
        closing: false,
      };
}

/** The processor refused it: what was set aside is free again. Throws for a payment on which nothing was reserved. */
export function release(payment: Payment, modification: Modification, now: Instant): Authorized | Succeeded {
  const on = holding(payment, modification);
  const reserved = modification.type === 'void' ? on.reserved : less(on.reserved, modification.amount);
  return on.status === 'succeeded'
    ? { ...moved(on, now), status: 'succeeded', ...taken(on), refunded: on.refunded, reserved }
    : { ...moved(on, now), status: 'authorized', ...taken(on), reserved, closing: false };
}

/** Nothing ends the state in which a modification was reserved but the modification itself, so another state is a defect. */
function holding(payment: Payment, { type, amount, final }: Modification): Authorized | Succeeded {
  const fits =
    type === 'refund'
      ? payment.status === 'succeeded' && payment.reserved.minorUnits >= amount.minorUnits
      : payment.status === 'authorized' &&
        payment.closing === final &&
        (type === 'void' || payment.reserved.minorUnits >= amount.minorUnits);
  if (!fits || (payment.status !== 'authorized' && payment.status !== 'succeeded'))
    throw new Error(`payment ${payment.id} has no ${type} of this amount under way`);
  return payment;
}

const taken = ({ authorized, captured }: Authorized | Succeeded) => ({ authorized, captured });

function conflict(payment: Payment) {
  const { status } = payment;
  const underWay = status === 'authorized' && (payment.closing || payment.reserved.minorUnits > 0n);
  return err<never, PaymentStateConflict>({ kind: 'PaymentStateConflict', status, underWay });
}

const left = (all: Money, ...gone: readonly Money[]): Money => gone.reduce(less, all);
const sum = (a: Money, b: Money): Money => exact(add(a, b));
const less = (a: Money, b: Money): Money => exact(subtract(a, b));

/** The amounts of one payment are of one currency. */
const exact = (result: Result<Money, Readonly<{ kind: string }>>): Money =>
  result.match(
    (amount) => amount,
    ({ kind }) => {
      throw new Error(kind);
    },
  );
