import type { StoredResponse } from '../domain/kernel/claim.ts';
import type { AmountOverLimit } from '../domain/merchants/payment-limits.ts';
import type { AmountExceedsAuthorized, AmountExceedsCaptured } from '../domain/payments/modification.ts';
import type { Payment } from '../domain/payments/payment.ts';
import type { Transaction } from '../domain/payments/transaction.ts';

export type CustomerNotAccepted = Readonly<{ kind: 'CustomerNotAccepted' }>;
export type PaymentMethodNotAccepted = Readonly<{ kind: 'PaymentMethodNotAccepted' }>;

export type PaymentRefused = AmountOverLimit | CustomerNotAccepted | PaymentMethodNotAccepted;

/** A rule's refusal that nothing can turn into an acceptance: it is stored, and stands for as long as responses are kept. */
export type Refusal = AmountExceedsAuthorized | AmountExceedsCaptured;

/**
 * How an outcome is put to the client. The answer is made before the commit and stored in it, so that a replay gives
 * the same bytes whatever has been deployed since.
 */
export interface ResponseEncoder {
  processed(payment: Payment, requestId: string): StoredResponse;
  /** `transaction` is a capture, a refund or a void. */
  moved(transaction: Transaction, requestId: string): StoredResponse;
  refused(refusal: Refusal, requestId: string): StoredResponse;
}
