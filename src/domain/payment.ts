import { err, ok, type Result } from 'neverthrow';
import type { CustomerId, MerchantId, PaymentId } from './ids.ts';
import type { Instant } from './instant.ts';
import { type Money, money, zero } from './money.ts';

/** `automatic` takes the money with the authorization; `manual` holds it until captured. */
export type CaptureMethod = 'automatic' | 'manual';

export type PaymentOrder = Readonly<{
  id: PaymentId;
  merchantId: MerchantId;
  idempotencyKey: string;
  amount: Money;
  paymentMethod: string;
  captureMethod: CaptureMethod;
  customerId?: CustomerId;
  description?: string;
  metadata?: Readonly<Record<string, string>>;
  createdAt: Instant;
}>;

/** `version` counts moves from 1; `auditHash` is the head of the payment's audit chain at that version. */
type Known = PaymentOrder & Readonly<{ version: number; updatedAt: Instant; auditHash: string }>;

export type PaymentFailure = Readonly<{ code: string; message: string }>;

/** The processor provably has nothing of it: asked and refused before any effect. Nothing moves until the client retries. */
export type Pending = Known & Readonly<{ status: 'pending' }>;
/** The intent is on record; the processor may or may not have acted. Only its answer ends this state. */
export type Processing = Known & Readonly<{ status: 'processing' }>;
/** Money is held; `captured` is what partial captures took so far. */
export type Authorized = Known & Readonly<{ status: 'authorized'; authorized: Money; captured: Money }>;
/** 0 ≤ refunded ≤ captured ≤ authorized, in one currency. */
export type Succeeded = Known &
  Readonly<{ status: 'succeeded'; authorized: Money; captured: Money; refunded: Money }>;
export type Failed = Known & Readonly<{ status: 'failed'; failure: PaymentFailure }>;
export type Canceled = Known & Readonly<{ status: 'canceled'; authorized: Money }>;

export type Payment = Pending | Processing | Authorized | Succeeded | Failed | Canceled;
export type PaymentStatus = Payment['status'];

/** In the order of the life cycle. */
export const PAYMENT_STATUSES = [
  'pending',
  'processing',
  'authorized',
  'succeeded',
  'failed',
  'canceled',
] as const satisfies readonly PaymentStatus[];

export type PaymentStateConflict = Readonly<{ kind: 'PaymentStateConflict'; status: PaymentStatus }>;
export type AmountNotPositive = Readonly<{ kind: 'AmountNotPositive' }>;
export type AmountExceedsAuthorized = Readonly<{ kind: 'AmountExceedsAuthorized'; available: Money }>;
export type AmountExceedsCaptured = Readonly<{ kind: 'AmountExceedsCaptured'; available: Money }>;
export type PaymentCurrencyMismatch = Readonly<{ kind: 'PaymentCurrencyMismatch'; payment: Money }>;

/** Records the intent to take `order.amount`, before anything leaves for the processor. */
export function openPayment(order: PaymentOrder): Result<Processing, AmountNotPositive> {
  if (order.amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  return ok({ ...order, status: 'processing', version: 1, updatedAt: order.createdAt, auditHash: '' });
}

/** processing → authorized (manual) or succeeded (automatic), for the whole amount. */
export function approve(payment: Processing, now: Instant): Authorized | Succeeded {
  const none = zero(payment.amount.currency);
  const held = { ...moved(payment, now), authorized: payment.amount };
  return payment.captureMethod === 'manual'
    ? { ...held, status: 'authorized', captured: none }
    : { ...held, status: 'succeeded', captured: payment.amount, refunded: none };
}

/** For good: a failed payment is never tried again. */
export const fail = (payment: Processing | Pending, failure: PaymentFailure, now: Instant): Failed => ({
  ...moved(payment, now),
  status: 'failed',
  failure,
});

/** The processor refused before any effect, so the same key may try again. */
export const postpone = (payment: Processing, now: Instant): Pending => ({
  ...moved(payment, now),
  status: 'pending',
});

/** Tries again, under the reference of the first attempt. */
export const resume = (payment: Pending, now: Instant): Processing => ({
  ...moved(payment, now),
  status: 'processing',
});

/**
 * Takes held money. Stays authorized until everything held is taken; `final` releases what is left and ends in
 * succeeded.
 */
export function capture(
  payment: Payment,
  amount: Money,
  { final }: { final: boolean },
  now: Instant,
): Result<
  Authorized | Succeeded,
  PaymentStateConflict | AmountNotPositive | AmountExceedsAuthorized | PaymentCurrencyMismatch
> {
  if (payment.status !== 'authorized') return conflict(payment);
  const { authorized, captured } = payment;
  if (amount.currency !== authorized.currency) return err(foreign(payment));
  if (amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  const available = money(authorized.minorUnits - captured.minorUnits, authorized.currency);
  if (amount.minorUnits > available.minorUnits) return err({ kind: 'AmountExceedsAuthorized', available });
  const taken = money(captured.minorUnits + amount.minorUnits, captured.currency);
  const next = { ...moved(payment, now), authorized, captured: taken };
  return ok(
    final || taken.minorUnits === authorized.minorUnits
      ? { ...next, status: 'succeeded', refunded: zero(taken.currency) }
      : { ...next, status: 'authorized' },
  );
}

/** Gives captured money back; the sum of refunds never passes what was captured. */
export function refund(
  payment: Payment,
  amount: Money,
  now: Instant,
): Result<
  Succeeded,
  PaymentStateConflict | AmountNotPositive | AmountExceedsCaptured | PaymentCurrencyMismatch
> {
  if (payment.status !== 'succeeded') return conflict(payment);
  const { authorized, captured, refunded } = payment;
  if (amount.currency !== captured.currency) return err(foreign(payment));
  if (amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  const available = money(captured.minorUnits - refunded.minorUnits, captured.currency);
  if (amount.minorUnits > available.minorUnits) return err({ kind: 'AmountExceedsCaptured', available });
  const given = money(refunded.minorUnits + amount.minorUnits, captured.currency);
  return ok({ ...moved(payment, now), status: 'succeeded', authorized, captured, refunded: given });
}

/** Releases held money: canceled, or succeeded when a part was captured before. */
export function voidPayment(
  payment: Payment,
  now: Instant,
): Result<Canceled | Succeeded, PaymentStateConflict> {
  if (payment.status !== 'authorized') return conflict(payment);
  const { authorized, captured } = payment;
  const next = { ...moved(payment, now), authorized };
  return ok(
    captured.minorUnits > 0n
      ? { ...next, status: 'succeeded', captured, refunded: zero(captured.currency) }
      : { ...next, status: 'canceled' },
  );
}

/** What was authorized, captured and refunded so far; zero where the state has none. */
export function amountsOf(
  payment: Payment,
): Readonly<{ authorized: Money; captured: Money; refunded: Money }> {
  const none = zero(payment.amount.currency);
  switch (payment.status) {
    case 'pending':
    case 'processing':
    case 'failed':
      return { authorized: none, captured: none, refunded: none };
    case 'canceled':
      return { authorized: payment.authorized, captured: none, refunded: none };
    case 'authorized':
      return { authorized: payment.authorized, captured: payment.captured, refunded: none };
    case 'succeeded':
      return { authorized: payment.authorized, captured: payment.captured, refunded: payment.refunded };
  }
}

/** What every state keeps, one version on. */
function moved(payment: Payment, now: Instant): Known {
  const { id, merchantId, idempotencyKey, amount, paymentMethod, captureMethod, createdAt } = payment;
  const { customerId, description, metadata, auditHash } = payment;
  return {
    id,
    merchantId,
    idempotencyKey,
    amount,
    paymentMethod,
    captureMethod,
    createdAt,
    ...(customerId === undefined ? {} : { customerId }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    version: payment.version + 1,
    updatedAt: now,
    auditHash,
  };
}

const conflict = ({ status }: Payment) =>
  err<never, PaymentStateConflict>({ kind: 'PaymentStateConflict', status });

const foreign = ({ amount }: Payment): PaymentCurrencyMismatch => ({
  kind: 'PaymentCurrencyMismatch',
  payment: amount,
});
