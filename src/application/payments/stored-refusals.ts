import type { AmountNotPositive } from '../../domain/kernel/money.ts';
import type { InsufficientFunds } from '../../domain/ledger/ledger.ts';
import type { MerchantInactive } from '../../domain/merchants/merchant.ts';
import type { ModificationRefused } from '../../domain/payments/modification.ts';
import { amountsOf, type Payment } from '../../domain/payments/payment.ts';
import type { PaymentNotFound } from '../../ports/payments.ts';
import type { PaymentRefused, Refusal } from '../../ports/response-encoder.ts';

/** Every refusal of a request under a key that has had no effect. */
type AnyRefusal =
  | PaymentRefused
  | ModificationRefused
  | AmountNotPositive
  | PaymentNotFound
  | MerchantInactive
  | InsufficientFunds;

const never = () => false;

/**
 * Which refusals are stored as the key's response, by what the payment was: those that no later change can turn into an
 * acceptance. All others leave the key free, because the same request may be right a moment later
 * (docs/decisions/0003). The compiler asks for a row for every kind.
 */
const STORED = {
  // The merchant may be resumed, and its limit raised.
  MerchantInactive: never,
  AmountOverLimit: never,
  // The customer or the method may be made.
  CustomerNotAccepted: never,
  PaymentMethodNotAccepted: never,
  PaymentNotFound: never,
  // More money may come in.
  InsufficientFunds: never,
  // A mistake of the request itself, refused like one of its syntax.
  AmountNotPositive: never,
  // What is under way ends, and a capture makes a refund possible.
  PaymentStateConflict: never,
  // What is reserved may come free; apart from that what is left to capture only shrinks.
  AmountExceedsAuthorized: (payment) => amountsOf(payment).reserved.minorUnits === 0n,
  // The same, once nothing more can be captured.
  AmountExceedsCaptured: (payment) => payment.status === 'succeeded' && payment.refunding.minorUnits === 0n,
} as const satisfies Record<AnyRefusal['kind'], (payment: Payment) => boolean>;

/** True when the refusal of a modification is the key's response for as long as responses are kept. */
export const isStored = (refusal: ModificationRefused, payment: Payment): refusal is Refusal =>
  STORED[refusal.kind](payment);
