import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import { add, type Money, money, subtract, zero } from '../kernel/money.ts';
import {
  type AmountNotPositive,
  type Authorized,
  type Canceled,
  moved,
  type Payment,
  type PaymentStatus,
  type Succeeded,
} from './payment.ts';

/** What a merchant does with a payment after taking it. */
export type MovementType = 'capture' | 'refund' | 'void';

/**
 * One movement of a payment's money. `final` ends the authorization: the movement releases what it does not take. A void
 * is always final, and its amount is what it releases.
 */
export type Movement = Readonly<{ type: MovementType; amount: Money; final: boolean }>;

/** Without an amount: all that is left. An amount of 0 is refused, never read as "all". */
export type MovementRequest =
  | Readonly<{ type: 'capture'; amount?: bigint; final: boolean }>
  | Readonly<{ type: 'refund'; amount?: bigint }>
  | Readonly<{ type: 'void' }>;

/** `underWay`: another movement of this payment has to end first. */
export type PaymentStateConflict = Readonly<{
  kind: 'PaymentStateConflict';
  status: PaymentStatus;
  underWay: boolean;
}>;
export type AmountExceedsAuthorized = Readonly<{ kind: 'AmountExceedsAuthorized'; available: Money }>;
export type AmountExceedsCaptured = Readonly<{ kind: 'AmountExceedsCaptured'; available: Money }>;

/** A rule's refusal of a movement. */
export type MovementRefused =
  | PaymentStateConflict
  | AmountNotPositive
  | AmountExceedsAuthorized
  | AmountExceedsCaptured;

/** A payment with a movement under way. */
export type Reserved = Readonly<{ payment: Authorized | Succeeded; movement: Movement }>;

/** The movement that a pending transaction stands for; only a final one closes its payment. */
export const movementOf = (payment: Payment, type: MovementType, amount: Money): Movement => ({
  type,
  amount,
  final: payment.status === 'authorized' && payment.closing,
});

/**
 * Sets the money of a movement aside before the processor is asked, so that movements under way can never add up to more
 * than there is. Captures and refunds may run side by side; a final one waits for none and lets none begin.
 */
export function reserve(
  payment: Payment,
  request: MovementRequest,
  now: Instant,
): Result<Reserved, MovementRefused> {
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
): Result<Reserved, MovementRefused> {
  if (payment.status !== 'authorized' || payment.closing) return conflict(payment);
  const available = left(payment.authorized, payment.captured, payment.reserved);
  const nothingLeft = available.minorUnits === 0n && wanted === undefined;
  if (nothingLeft || (final && payment.reserved.minorUnits > 0n)) return conflict(payment);
  const amount = wanted === undefined ? available : money(wanted, available.currency);
  if (amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  if (amount.minorUnits > available.minorUnits) return err({ kind: 'AmountExceedsAuthorized', available });
  const reserved = sum(payment.reserved, amount);
  const movement: Movement = { type: 'capture', amount, final };
  return ok({ payment: { ...payment, ...moved(payment, now), reserved, closing: final }, movement });
}

function reserveRefund(
  payment: Payment,
  wanted: bigint | undefined,
  now: Instant,
): Result<Reserved, MovementRefused> {
  if (payment.status !== 'succeeded') return conflict(payment);
  const available = left(payment.captured, payment.refunded, payment.reserved);
  const amount = wanted === undefined ? available : money(wanted, available.currency);
  if (wanted !== undefined && wanted <= 0n) return err({ kind: 'AmountNotPositive' });
  if (amount.minorUnits > available.minorUnits || amount.minorUnits === 0n)
    return err({ kind: 'AmountExceedsCaptured', available });
  const reserved = sum(payment.reserved, amount);
  const movement: Movement = { type: 'refund', amount, final: false };
  return ok({ payment: { ...payment, ...moved(payment, now), reserved }, movement });
}

function reserveVoid(payment: Payment, now: Instant): Result<Reserved, MovementRefused> {
  if (payment.status !== 'authorized' || payment.closing || payment.reserved.minorUnits > 0n)
    return conflict(payment);
  const amount = left(payment.authorized, payment.captured);
  const movement: Movement = { type: 'void', amount, final: true };
  return ok({ payment: { ...payment, ...moved(payment, now), closing: true }, movement });
}

/**
 * The processor did it. A capture stays authorized until all that was held is taken or released; a void ends in
 * canceled, or in succeeded when a part was captured before. Throws for a payment on which nothing was reserved.
 */
export function complete(
  payment: Payment,
  movement: Movement,
  now: Instant,
): Authorized | Succeeded | Canceled {
  const { type, amount, final } = movement;
  const on = holding(payment, movement);
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
export function release(payment: Payment, movement: Movement, now: Instant): Authorized | Succeeded {
  const on = holding(payment, movement);
  const reserved = movement.type === 'void' ? on.reserved : less(on.reserved, movement.amount);
  return on.status === 'succeeded'
    ? { ...moved(on, now), status: 'succeeded', ...taken(on), refunded: on.refunded, reserved }
    : { ...moved(on, now), status: 'authorized', ...taken(on), reserved, closing: false };
}

/** Nothing ends the state in which a movement was reserved but the movement itself, so another state is a defect. */
function holding(payment: Payment, { type, amount, final }: Movement): Authorized | Succeeded {
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
