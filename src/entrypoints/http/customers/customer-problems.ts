import type { UseCases } from '../../../application/use-cases.ts';
import { MERCHANT_INACTIVE } from '../merchants/merchants.ts';
import { PAYMENT_METHOD_NOT_ACCEPTED } from '../payments/payment-problems.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import type { Tag } from '../server/route-description.ts';

export const CUSTOMERS_TAG = {
  name: 'customers',
  description: 'Customers of a merchant and their stored payment methods, kept encrypted.',
} as const satisfies Tag;

/** What stands in the way of keeping customers and their payment methods. */
export const customerProblems = problemTable<
  FailureOf<
    UseCases,
    | 'createCustomer'
    | 'findCustomer'
    | 'getCustomer'
    | 'changeCustomer'
    | 'eraseCustomer'
    | 'addPaymentMethod'
    | 'removePaymentMethod'
  >
>({
  MerchantInactive: MERCHANT_INACTIVE,
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
  PaymentMethodNotAccepted: PAYMENT_METHOD_NOT_ACCEPTED,
  TooManyPaymentMethods: {
    status: 422,
    code: 'too_many_payment_methods',
    title: 'The customer has too many payment methods',
    detail: ({ most }) => `A customer has at most ${most}. Remove one first.`,
  },
});
