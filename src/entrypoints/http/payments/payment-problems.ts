import type { ProblemRows } from '../server/problem-row.ts';

/** What stands in the way of moving money. */
export const PAYMENT_PROBLEMS = {
  AmountNotPositive: {
    status: 400,
    code: 'amount_not_positive',
    title: 'The amount is not positive',
    detail: 'It takes at least one minor unit; 0 never means all.',
  },
  MerchantInactive: {
    status: 403,
    code: 'merchant_inactive',
    title: 'The merchant is not active',
    detail: 'No payments are taken in the name of this merchant.',
  },
  PaymentNotFound: {
    status: 404,
    code: 'payment_not_found',
    title: 'There is no such payment',
    detail: 'No payment of this merchant has this id.',
  },
  TransferNotFound: {
    status: 404,
    code: 'transfer_not_found',
    title: 'There is no such transfer',
    detail: 'No transfer from or to this merchant has this id.',
  },
  PaymentStateConflict: {
    status: 409,
    code: 'payment_state_conflict',
    title: 'The state of the payment does not allow this',
    detail: ({ status, underWay }) =>
      underWay
        ? 'Another capture or void of this payment is under way. Look at the payment before you try again.'
        : `A payment that is ${status} does not allow this.`,
  },
  BalanceContended: {
    status: 409,
    code: 'balance_contended',
    title: 'Too many transfers leave this balance at once',
    detail: 'Nothing moved. Repeat the request with the same idempotency key.',
    retryAfterS: 1,
  },
  AmountExceedsAuthorized: {
    status: 422,
    code: 'amount_exceeds_authorized',
    title: 'The amount is more than is authorized',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to capture, those under way not counted.`,
  },
  AmountExceedsCaptured: {
    status: 422,
    code: 'amount_exceeds_captured',
    title: 'The amount is more than was captured',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to refund, those under way not counted.`,
  },
  AmountOverLimit: {
    status: 422,
    code: 'amount_over_limit',
    title: 'The amount is over the limit of the merchant',
    detail: ({ limit }) => `This merchant takes at most ${limit} minor units in one payment.`,
  },
  CustomerNotAccepted: {
    status: 422,
    code: 'customer_not_found',
    title: 'There is no such customer',
    detail: 'No customer of this merchant has this id.',
  },
  PaymentMethodNotAccepted: {
    status: 422,
    code: 'payment_method_not_accepted',
    title: 'The payment method is not accepted',
    detail: 'The processor knows no such payment method.',
  },
  TransferToSelf: {
    status: 422,
    code: 'transfer_to_self',
    title: 'A transfer goes to another merchant',
    detail: 'The destination is the merchant the token names.',
  },
  DestinationNotAvailable: {
    status: 422,
    code: 'destination_not_available',
    title: 'The destination does not take transfers',
    detail: 'There is no active merchant with the id of the destination.',
  },
  InsufficientFunds: {
    status: 422,
    code: 'insufficient_funds',
    title: 'The funds do not suffice',
    detail: ({ available }) => `${available.minorUnits} minor units of ${available.currency} are available.`,
  },
  ProcessorUnavailable: {
    status: 503,
    code: 'processor_unavailable',
    title: 'The processor is not available',
    detail: 'Nothing was charged. Repeat the request with the same idempotency key.',
    retryAfterS: 5,
  },
} as const satisfies ProblemRows;
