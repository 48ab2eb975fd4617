import type { Answer } from '../domain/claim.ts';
import type { AmountOverLimit } from '../domain/merchant.ts';
import type { Payment } from '../domain/payment.ts';

export type CustomerNotFound = Readonly<{ kind: 'CustomerNotFound' }>;
export type PaymentMethodNotAccepted = Readonly<{ kind: 'PaymentMethodNotAccepted' }>;

/** A rule's refusal that stands for as long as the answer is kept. */
export type PaymentRefused = AmountOverLimit | CustomerNotFound | PaymentMethodNotAccepted;

/**
 * How an outcome is put to the client. The answer is made before the commit and stored in it, so that a replay gives
 * the same bytes whatever has been deployed since.
 */
export interface Answers {
  processed(payment: Payment, requestId: string): Answer;
  refused(refusal: PaymentRefused, requestId: string): Answer;
}
