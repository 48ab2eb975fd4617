import { err, ok, type Result } from 'neverthrow';
import type { CustomerId, MerchantId, PaymentId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { AmountNotPositive } from '../kernel/money.ts';
import { type Money, zero } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Attention } from './attention.ts';
import type { NextAction } from './next-action.ts';

/** `automatic` takes the money with the authorization; `manual` holds it until captured. */
export type CaptureMethod = 'automatic' | 'manual';

/** Where a charge goes: to which processor, and to which account there when the merchant's config named one. */
export type ChargeRoute = Readonly<{ processor: string; account?: string }>;

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
  /** For good: what the merchant's config says later moves no charge. Absent from payments of before it was kept. */
  route?: ChargeRoute;
  createdAt: Instant;
}>;

/** `version` counts moves from 1; `auditHash` is the head of the payment's audit chain at that version. */
type Known = PaymentOrder &
  Readonly<{
    /** What the processor calls the charge, from when it first said so; each later call about the payment names it. */
    processorId?: string;
    /** People have to look: what the processor says is not what it was asked for. */
    attention?: Attention;
    version: number;
    updatedAt: Instant;
    auditHash: string;
  }>;

export type PaymentFailure = Readonly<{ code: string; message: string }>;

/** The processor provably has nothing of it: asked and refused before any effect. Nothing moves until the client retries. */
export type Pending = Known & Readonly<{ status: 'pending' }>;
/** The intent is on record; the processor may or may not have acted. Only its answer ends this state. */
export type Processing = Known & Readonly<{ status: 'processing' }>;
/** The processor waits for the customer to act, and moves no money before. Asked again, it says whether the customer has. */
export type RequiresAction = Known & Readonly<{ status: 'requires_action'; nextAction: NextAction }>;
/** A charge whose outcome is the processor's to say. */
export type Undecided = Processing | RequiresAction;

export const isUndecided = (payment: Payment): payment is Undecided =>
  payment.status === 'processing' || payment.status === 'requires_action';

/**
 * Money is held; `captured` is what partial captures took so far, `refunded` what went back of it, `reserved` what captures
 * under way may take and `refunding` what refunds under way may give back. `closing`: a final capture or a void is under
 * way, and no other capture or void may begin. captured + reserved ≤ authorized, 0 ≤ refunded + refunding ≤ captured.
 * `authorizedUntil` is when the processor lets the hold lapse, where it said so.
 */
export type Authorized = Known &
  Readonly<{
    status: 'authorized';
    authorized: Money;
    captured: Money;
    refunded: Money;
    reserved: Money;
    refunding: Money;
    closing: boolean;
    authorizedUntil?: Instant;
  }>;
/** `refunding` is what refunds under way may give back. 0 ≤ refunded + refunding ≤ captured ≤ authorized, in one currency. */
export type Succeeded = Known &
  Readonly<{ status: 'succeeded'; authorized: Money; captured: Money; refunded: Money; refunding: Money }>;
export type Failed = Known & Readonly<{ status: 'failed'; failure: PaymentFailure }>;
export type Canceled = Known & Readonly<{ status: 'canceled'; authorized: Money }>;

export type Payment = Pending | Undecided | Authorized | Succeeded | Failed | Canceled;
export type PaymentStatus = Payment['status'];

/** In the order of the life cycle. */
export const PAYMENT_STATUSES = [
  'pending',
  'processing',
  'requires_action',
  'authorized',
  'succeeded',
  'failed',
  'canceled',
] as const satisfies readonly PaymentStatus[];

/** Records the intent to take `order.amount`, before anything leaves for the processor. */
export function openPayment(order: PaymentOrder): Result<Processing, AmountNotPositive> {
  if (order.amount.minorUnits <= 0n) return err({ kind: 'AmountNotPositive' });
  return ok({ ...order, status: 'processing', version: 1, updatedAt: order.createdAt, auditHash: '' });
}

/** The processor made a record of the charge under an id of its own, and has moved no money yet. */
export const identify = (payment: Undecided, processorId: string, now: Instant): Processing => ({
  ...moved(payment, now),
  status: 'processing',
  processorId,
});

/** The processor waits for the customer of the charge that it calls `processorId`. */
export const requireAction = (
  payment: Undecided,
  processorId: string,
  nextAction: NextAction,
  now: Instant,
): RequiresAction => ({ ...moved(payment, now), status: 'requires_action', processorId, nextAction });

/** The charge is the processor's to end, and waits for nothing else: the customer has acted, or need not any more. */
export const proceed = (payment: Undecided, now: Instant): Processing => ({
  ...moved(payment, now),
  status: 'processing',
});

/** The charge ended before anything was authorized, because it was canceled at the processor. */
export const cancel = (payment: Undecided | Pending, now: Instant): Canceled => ({
  ...moved(payment, now),
  status: 'canceled',
  authorized: zero(payment.amount.currency),
});

/**
 * processing or requires_action → authorized (manual) or succeeded (automatic), for the whole amount. `authorizedUntil` is of a hold,
 * and passed over where the money was taken.
 */
export function approve(payment: Undecided, now: Instant, authorizedUntil?: Instant): Authorized | Succeeded {
  const none = zero(payment.amount.currency);
  const held = { ...moved(payment, now), authorized: payment.amount, refunded: none, refunding: none };
  return payment.captureMethod === 'manual'
    ? {
        ...held,
        status: 'authorized',
        captured: none,
        reserved: none,
        closing: false,
        ...present({ authorizedUntil }),
      }
    : { ...held, status: 'succeeded', captured: payment.amount };
}

/** For good: a failed payment is never tried again. */
export const fail = (payment: Undecided | Pending, failure: PaymentFailure, now: Instant): Failed => ({
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

/** `reserved` is what captures under way may take, `refunding` what refunds under way may give back. */
export type PaymentAmounts = Readonly<
  Record<'authorized' | 'captured' | 'refunded' | 'reserved' | 'refunding', Money>
>;

/** What was authorized, captured and refunded so far, and what is under way; zero where the state has none. */
export function amountsOf(payment: Payment): PaymentAmounts {
  const none = zero(payment.amount.currency);
  const nothing = { authorized: none, captured: none, refunded: none, reserved: none, refunding: none };
  switch (payment.status) {
    case 'pending':
    case 'processing':
    case 'requires_action':
    case 'failed':
      return nothing;
    case 'canceled':
      return { ...nothing, authorized: payment.authorized };
    case 'authorized':
      return { ...taken(payment), reserved: payment.reserved };
    case 'succeeded':
      return { ...taken(payment), reserved: none };
  }
}

/** When what is held of a payment lapses; undefined where that is not known, or its end is under way already. */
export const lapsesAt = (payment: Payment): Instant | undefined =>
  payment.status === 'authorized' && !payment.closing ? payment.authorizedUntil : undefined;

/** What a payment that was approved keeps in whatever becomes of the rest. */
export const taken = ({ authorized, captured, refunded, refunding }: Authorized | Succeeded) => ({
  authorized,
  captured,
  refunded,
  refunding,
});

/** What every state keeps, one version on. */
export function moved(payment: Payment, now: Instant): Known {
  const { id, merchantId, idempotencyKey, amount, paymentMethod, captureMethod, createdAt } = payment;
  const { customerId, description, metadata, route, processorId, attention, auditHash } = payment;
  return {
    id,
    merchantId,
    idempotencyKey,
    amount,
    paymentMethod,
    captureMethod,
    createdAt,
    ...present({ customerId, description, metadata, route, processorId, attention }),
    version: payment.version + 1,
    updatedAt: now,
    auditHash,
  };
}
