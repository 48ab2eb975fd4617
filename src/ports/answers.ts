import type { Answer } from '../domain/claim.ts';
import type { AmountOverLimit } from '../domain/merchant.ts';
import type { MovementRefused } from '../domain/movement.ts';
import type { AmountNotPositive, Payment } from '../domain/payment.ts';
import type { Transaction } from '../domain/transaction.ts';

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
