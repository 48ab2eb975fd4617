import type { ProblemRows } from './problem-row.ts';

/** What stands in the way of changing merchants and their customers. */
export const TENANT_PROBLEMS = {
  MerchantNotFound: {
    status: 404,
    code: 'merchant_not_found',
    title: 'There is no such merchant',
    detail: 'No merchant has this id.',
  },
  CustomerNotFound: {
    status: 404,
    code: 'customer_not_found',
    title: 'There is no such customer',
    detail: 'No customer of this merchant has this id.',
  },
  PaymentMethodNotFound: {
    status: 404,
    code: 'payment_method_not_found',
    title: 'There is no such payment method',
    detail: 'The customer has no payment method with this id.',
  },
  MerchantExists: {
    status: 409,
    code: 'merchant_exists',
    title: 'The merchant exists already',
    detail: 'Another merchant has this id. Nothing was changed.',
  },
  CustomerExists: {
    status: 409,
    code: 'customer_exists',
    title: 'Another customer has this email',
    detail: 'One email is one customer. Find it with `GET /customers?email=`.',
  },
  CustomerChanged: {
    status: 409,
    code: 'version_conflict',
    title: 'The customer has changed',
    detail: ({ version }) => `The newest version is ${version}. Read it and decide again.`,
  },
  ChangedMeanwhile: {
    status: 409,
    code: 'changed_meanwhile',
    title: 'Others changed it all the while',
    detail: 'Nothing was changed by this request. Repeat it.',
    retryAfterS: 1,
  },
  TooManyPaymentMethods: {
    status: 422,
    code: 'too_many_payment_methods',
    title: 'The customer has too many payment methods',
    detail: ({ most }) => `A customer has at most ${most}. Remove one first.`,
  },
} as const satisfies ProblemRows;
