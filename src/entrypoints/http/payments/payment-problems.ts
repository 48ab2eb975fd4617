import type { UseCases } from '../../../application/use-cases.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { PaymentFailure } from '../../../domain/payments/payment.ts';
import type { Refusal } from '../../../ports/response-encoder.ts';
import { INSUFFICIENT_FUNDS } from '../ledger/ledger.ts';
import { MERCHANT_INACTIVE } from '../merchants/merchants.ts';
import { type FailureOf, type Problem, type ProblemRow, typeOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import type { Tag } from '../server/route-description.ts';

export const PAYMENTS_TAG = {
  name: 'payments',
  description: 'Taking payments, capturing, refunding and voiding them, and reading them back.',
} as const satisfies Tag;

/** Also where a customer is given a payment method. */
export const PAYMENT_METHOD_NOT_ACCEPTED = {
  status: 422,
  code: 'payment_method_not_accepted',
  title: 'The payment method is not accepted',
  detail:
    'The processor knows no such payment method. One that is stored (`pm_…`) is used with the `customer_id` it belongs to.',
} as const satisfies ProblemRow<never>;

/** Also where people say what became of one. */
export const PAYMENT_NOT_FOUND = {
  status: 404,
  code: 'payment_not_found',
  title: 'There is no such payment',
  detail: 'No payment of this merchant has this id.',
} as const satisfies ProblemRow<never>;

type PaymentsFailure = FailureOf<
  UseCases,
  | 'processPayment'
  | 'confirmPayment'
  | 'modifyPayment'
  | 'getPayment'
  | 'listPayments'
  | 'filterByEmail'
  | 'countPayments'
  | 'summarizePayments'
>;

/** What is under way ends in about as long, unless the processor is silent. */
const UNDER_WAY_S = 1;

const whileUnderWay = ({ underWay }: Readonly<{ underWay: boolean }>): number | undefined =>
  underWay ? UNDER_WAY_S : undefined;

/** What stands in the way of taking a payment, and of capturing, refunding or voiding one. */
export const paymentProblems = problemTable<PaymentsFailure | Refusal>({
  MerchantInactive: MERCHANT_INACTIVE,
  InsufficientFunds: INSUFFICIENT_FUNDS,
  PaymentNotFound: PAYMENT_NOT_FOUND,
  PaymentStateConflict: {
    status: 409,
    code: 'payment_state_conflict',
    title: 'The state of the payment does not allow this',
    detail: ({ status, underWay }) =>
      underWay
        ? 'Another capture or void of this payment is under way. Look at the payment before you try again.'
        : `A payment that is ${status} does not allow this.`,
    retryAfterS: whileUnderWay,
  },
  AmountExceedsAuthorized: {
    status: 422,
    code: 'amount_exceeds_authorized',
    title: 'The amount is more than is authorized',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to capture, those under way not counted.`,
    retryAfterS: whileUnderWay,
  },
  AmountExceedsCaptured: {
    status: 422,
    code: 'amount_exceeds_captured',
    title: 'The amount is more than was captured',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to refund, those under way not counted.`,
    retryAfterS: whileUnderWay,
  },
  AmountOverLimit: {
    status: 422,
    code: 'amount_over_limit',
    title: 'The amount is over the limit of the merchant',
    detail: ({ limit, currency }) =>
      limit === undefined
        ? `This merchant has limits and none in ${currency}, so it takes no payments in it.`
        : `This merchant takes at most ${limit} minor units of ${currency} in one payment.`,
  },
  CustomerNotAccepted: {
    status: 422,
    code: 'customer_not_found',
    title: 'There is no such customer',
    detail: 'No customer of this merchant has this id.',
  },
  PaymentMethodNotAccepted: PAYMENT_METHOD_NOT_ACCEPTED,
  RateLimited: {
    status: 429,
    code: 'rate_limited',
    title: 'The merchant has used up its payments for now',
    detail: 'Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  ConfirmationsLimited: {
    status: 429,
    code: 'confirmations_limited',
    title: 'The merchant has confirmed too often for now',
    detail:
      'Each confirmation asks the processor, which is asked by and by without it. Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  ProcessorUnavailable: {
    status: 503,
    code: 'processor_unavailable',
    title: 'The processor is not available',
    detail: 'Nothing was charged. Repeat the request with the same idempotency key.',
    retryAfterS: 5,
  },
});

const DECLINES: Readonly<Record<string, string>> = {
  card_declined: 'The card was declined',
  insufficient_funds: 'The funds do not suffice',
  processor_unavailable: 'The processor was not available in time',
  payment_method_unavailable: 'The stored payment method is gone',
  movement_refused: 'The processor refused to move the money',
  resolved_as_failed: 'Two people settled that it failed',
  payment_failed: 'The payment failed',
};

/** Payments that ended in failure, by the code the payment itself carries; the processor says why. */
export const declines = Object.fromEntries(
  Object.entries(DECLINES).map(([code, title]) => [code, { status: 402, code, title, detail: '' }]),
);

/** A payment or, with its transaction, a modification of one that ended in failure. */
export function declineOf(
  { code, message }: PaymentFailure,
  paymentId: string,
  requestId: string,
  transactionId?: string,
): Problem {
  const known = Object.hasOwn(DECLINES, code) ? code : 'payment_failed';
  return {
    type: typeOf(known),
    title: DECLINES[known] ?? '',
    status: 402,
    detail: message,
    code: known,
    request_id: requestId,
    payment_id: paymentId,
    ...present({ transaction_id: transactionId }),
  };
}
