import type { ResultAsync } from 'neverthrow';
import {
  type ActiveCustomer,
  type PaymentMethodNotFound,
  removePaymentMethod as removed,
} from '../../domain/customers/customer.ts';
import type { PaymentMethodId } from '../../domain/kernel/ids.ts';
import type { CustomerTarget, MoveFailure, UpdateCustomer } from './update-customer.ts';

export type RemovePaymentMethodRequest = CustomerTarget & Readonly<{ paymentMethodId: PaymentMethodId }>;

/** Forgets a payment method: payments made with it stay, and no new one can be. One read, one commit. */
export type RemovePaymentMethod = (
  request: RemovePaymentMethodRequest,
) => ResultAsync<void, PaymentMethodNotFound | MoveFailure>;

export const removePaymentMethod =
  ({ updateCustomer }: Readonly<{ updateCustomer: UpdateCustomer }>): RemovePaymentMethod =>
  ({ paymentMethodId, ...target }) =>
    updateCustomer<ActiveCustomer, PaymentMethodNotFound>(
      target,
      'customer.payment_method_removed',
      (customer, now) =>
        removed(customer, paymentMethodId, now).asyncMap((next) => Promise.resolve({ next })),
    ).map(() => undefined);
