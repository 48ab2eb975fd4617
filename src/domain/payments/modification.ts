import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import type { AmountNotPositive } from '../kernel/money.ts';
import { add, type Money, money, subtract } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import {
  type Authorized,
  amountsOf,
  type Canceled,
  moved,
  type Payment,
  type PaymentStatus,
  type Succeeded,
  taken,
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

/** `underWay`: a capture or void of this payment has to end first. */
export type PaymentStateConflict = Readonly<{
  kind: 'PaymentStateConflict';
  status: PaymentStatus;
  underWay: boolean;
}>;
/** `underWay`: a modification under way has to end before it is known how much there is. */
export type AmountExceedsAuthorized = Readonly<{
  kind: 'AmountExceedsAuthorized';
  available: Money;
  underWay: boolean;
}>;
export type AmountExceedsCaptured = Readonly<{
  kind: 'AmountExceedsCaptured';
  available: Money;
  underWay: boolean;
}>;

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
  final: type !== 'refund' && payment.status === 'authorized' && payment.closing,
});

/**
 * Sets the money of a modification aside before the processor is asked, so that modifications under way can never add up to more
 * than there is. Captures and refunds may run side by side; a final capture and a void wait for no other capture and let
 * none begin. Refunds of what was captured wait for nothing: money can always go back.
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
  if (amount.minorUnits > available.minorUnits)
    return err({ kind: 'AmountExceedsAuthorized', available, underWay: payment.reserved.minorUnits > 0n });
  const reserved = sum(payment.reserved, amount);
  const modification: Modification = { type: 'capture', amount, final };
  return ok({ payment: { ...payment, ...moved(payment, now), reserved, closing: final }, modification });
}

function reserveRefund(
  payment: Payment,
  wanted: bigint | undefined,
  now: Instant,
): Result<Reserved, ModificationRefused> {
  const isHeld = payment.status === 'authorized' && payment.captured.minorUnits > 0n;
  if (payment.status !== 'succeeded' && !isHeld) return conflict(payment);
  const available = left(payment.captured, payment.refunded, payment.refunding);
  const amount = wanted === undefined ? available : money(wanted, available.currency);
  if (wanted !== undefined && wanted <= 0n) return err({ kind: 'AmountNotPositive' });
  if (amount.minorUnits > available.minorUnits || amount.minorUnits === 0n) {
    const underWay = payment.refunding.minorUnits > 0n || isCapturing(payment);
    return err({ kind: 'AmountExceedsCaptured', available, underWay });
  }
  const refunding = sum(payment.refunding, amount);
  const modification: Modification = { type: 'refund', amount, final: false };
  return ok({ payment: { ...payment, ...moved(payment, now), refunding }, modification });
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
  if (type === 'refund') {
    const on = holdingRefund(payment, modification);
    const refunded = sum(on.refunded, amount);
    return { ...on, ...moved(on, now), refunded, refunding: less(on.refunding, amount) };
  }
  const on = holdingCapture(payment, modification);
  const { authorized } = on;
  const captured = type === 'void' ? on.captured : sum(on.captured, amount);
  if (type === 'void' && captured.minorUnits === 0n)
    return { ...moved(on, now), status: 'canceled', authorized };
  const next = { ...moved(on, now), ...taken(on), captured };
  return final || captured.minorUnits === authorized.minorUnits
    ? { ...next, status: 'succeeded' }
    : {
        ...next,
        status: 'authorized',
        reserved: less(on.reserved, amount),
        closing: false,
        ...present({ authorizedUntil: on.authorizedUntil }),
      };
}

/** The processor refused it: what was set aside is free again. Throws for a payment on which nothing was reserved. */
export function release(payment: Payment, modification: Modification, now: Instant): Authorized | Succeeded {
  const { type, amount } = modification;
  if (type === 'refund') {
    const on = holdingRefund(payment, modification);
    return { ...on, ...moved(on, now), refunding: less(on.refunding, amount) };
  }
  const on = holdingCapture(payment, modification);
  const reserved = type === 'void' ? on.reserved : less(on.reserved, amount);
  return { ...on, ...moved(on, now), reserved, closing: false };
}

/** What a refund reserved stays reserved until it ends, also when the payment succeeds meanwhile. */
function holdingRefund(payment: Payment, { type, amount }: Modification): Authorized | Succeeded {
  const isApproved = payment.status === 'authorized' || payment.status === 'succeeded';
  if (!isApproved || payment.refunding.minorUnits < amount.minorUnits) throw notUnderWay(payment, type);
  return payment;
}

/** Only a capture or void itself ends the state in which it was reserved. */
function holdingCapture(payment: Payment, { type, amount, final }: Modification): Authorized {
  const fits =
    payment.status === 'authorized' &&
    payment.closing === final &&
    (type === 'void' || payment.reserved.minorUnits >= amount.minorUnits);
  if (!fits) throw notUnderWay(payment, type);
  return payment;
}

const notUnderWay = ({ id }: Payment, type: ModificationType): Error =>
  new Error(`payment ${id} has no ${type} of this amount under way`);

function conflict(payment: Payment) {
  const { status } = payment;
  return err<never, PaymentStateConflict>({
    kind: 'PaymentStateConflict',
    status,
    underWay: isCapturing(payment),
  });
}

/** True while a capture, refund or void of the payment waits for its outcome. */
export const hasModificationUnderWay = (payment: Payment): boolean =>
  isCapturing(payment) || amountsOf(payment).refunding.minorUnits > 0n;

/** True while a capture or a void is under way. */
const isCapturing = (payment: Payment): boolean =>
  payment.status === 'authorized' && (payment.closing || payment.reserved.minorUnits > 0n);

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
