import { ok, type ResultAsync, safeTry } from 'neverthrow';
import {
  type ActiveCustomer,
  addPaymentMethod as added,
  type PaymentMethodNotFound,
  removePaymentMethod as removed,
  type StoredPaymentMethod,
  type TooManyPaymentMethods,
} from '../../domain/customers/customer.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { PaymentMethodId } from '../../domain/kernel/ids.ts';
import type { Change } from '../../ports/commits.ts';
import type { PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import { type ClaimWith, unclaimed } from '../kernel/aggregate-change.ts';
import { type AggregateUpdate, onExpectedVersion } from '../kernel/update-aggregate.ts';
import { ownerOf } from './customer-secrets.ts';
import { type NewPaymentMethod, type SealMethodPorts, sealPaymentMethod } from './seal-payment-method.ts';
import type { CustomerTarget, UpdateCustomer, UpdateCustomerFailure } from './update-customer.ts';

export type AddPaymentMethodRequest = CustomerTarget & Expecting & Readonly<{ method: NewPaymentMethod }>;

export type AddPaymentMethodFailure =
  | TooManyPaymentMethods
  | PaymentMethodNotAccepted
  | VersionMismatch
  | KeysUnavailable;

export type AddedPaymentMethod = Readonly<{ customer: ActiveCustomer; method: StoredPaymentMethod }>;

/** Stores a payment method that the processor can charge; the customer's first is the default. One read, one commit. */
export type AddPaymentMethod = (
  request: AddPaymentMethodRequest,
  claimWith?: ClaimWith<AddedPaymentMethod>,
) => ResultAsync<AddedPaymentMethod, AddPaymentMethodFailure | UpdateCustomerFailure>;

export const addPaymentMethod =
  (ports: SealMethodPorts & Readonly<{ updateCustomer: UpdateCustomer }>): AddPaymentMethod =>
  ({ method, ...target }, claimWith = unclaimed) =>
    ports
      .updateCustomer<ActiveCustomer, AddPaymentMethodFailure>(
        target,
        onExpectedVersion(target, (customer, now) =>
          safeTry<AggregateUpdate<ActiveCustomer, AddPaymentMethodFailure>, AddPaymentMethodFailure>(
            async function* () {
              const place = { owner: ownerOf(customer), key: customer.dataKey, now };
              const stored = yield* sealPaymentMethod(ports, place, method);
              const next = yield* added(customer, stored, method.asDefault, now);
              return ok({
                action: 'customer.payment_method_added',
                next,
                claimed: (change: Change) => claimWith(change, { customer: next, method: stored }),
              });
            },
          ),
        ),
      )
      .map((customer) => ({ customer, method: newestOf(customer) }));

function newestOf({ paymentMethods }: ActiveCustomer): StoredPaymentMethod {
  const newest = paymentMethods.at(-1);
  if (newest === undefined) throw new Error('a payment method was added and is not there');
  return newest;
}

export type RemovePaymentMethodRequest = CustomerTarget &
  Expecting &
  Readonly<{ paymentMethodId: PaymentMethodId }>;

/** Forgets a payment method: payments made with it stay, and no new one can be. One read, one commit. */
export type RemovePaymentMethod = (
  request: RemovePaymentMethodRequest,
) => ResultAsync<void, PaymentMethodNotFound | VersionMismatch | UpdateCustomerFailure>;

export const removePaymentMethod =
  ({ updateCustomer }: Readonly<{ updateCustomer: UpdateCustomer }>): RemovePaymentMethod =>
  ({ paymentMethodId, ...target }) =>
    updateCustomer<ActiveCustomer, PaymentMethodNotFound | VersionMismatch>(
      target,
      onExpectedVersion(target, (customer, now) =>
        removed(customer, paymentMethodId, now).asyncMap((next) =>
          Promise.resolve({ action: 'customer.payment_method_removed', next }),
        ),
      ),
    ).map(() => undefined);
