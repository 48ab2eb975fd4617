import type { Answer } from '../domain/kernel/claim.ts';
import type { AmountOverLimit } from '../domain/merchants/merchant.ts';
import type { MovementRefused } from '../domain/payments/modification.ts';
import type { AmountNotPositive, Payment } from '../domain/payments/payment.ts';
import type { Transaction } from '../domain/payments/transaction.ts';

export type CustomerNotFound = Readonly<{ kind: 'CustomerNotFound' }>;
export type PaymentMethodNotAccepted = Readonly<{ kind: 'PaymentMethodNotAccepted' }>;

export type PaymentRefused = AmountOverLimit | CustomerNotFound | PaymentMethodNotAccepted;

/** A rule's refusal that stands for as long as the answer is kept. */
export type Refusal = PaymentRefused | Exclude<MovementRefused, AmountNotPositive>;

/**
 * How an outcome is put to the client. The answer is made before the commit and stored in it, so that a replay gives
 * the same bytes whatever has been deployed since.
 */
export interface Answers {
  processed(payment: Payment, requestId: string): Answer;
  /** `transaction` is a capture, a refund or a void. */
  moved(transaction: Transaction, requestId: string): Answer;
  refused(refusal: Refusal, requestId: string): Answer;
}
