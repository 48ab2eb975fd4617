import { errAsync, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import {
  type ActiveCustomer,
  addPaymentMethod as added,
  type PaymentMethodFace,
  type StoredPaymentMethod,
  type TooManyPaymentMethods,
} from '../domain/customer.ts';
import type { PaymentMethodNotAccepted } from '../ports/answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Processor } from '../ports/processor.ts';
import type { KeysUnavailable } from '../ports/unavailable.ts';
import type { Vault } from '../ports/vault.ts';
import { ownerOf, tokenField } from './customer-secrets.ts';
import type { CustomerMove, CustomerTarget, MoveCustomer, MoveFailure } from './move-customer.ts';

/** `token` is what the processor knows the method by; it is sealed at once and never given out again. */
export type AddPaymentMethodRequest = CustomerTarget &
  Readonly<{ face: PaymentMethodFace; token: string; asDefault: boolean }>;

type AddPaymentMethodFailure = TooManyPaymentMethods | PaymentMethodNotAccepted | KeysUnavailable;

export type AddedPaymentMethod = Readonly<{ customer: ActiveCustomer; method: StoredPaymentMethod }>;

/** Stores a payment method that the processor can charge; the customer's first is the default. One read, one commit. */
export type AddPaymentMethod = (
  request: AddPaymentMethodRequest,
) => ResultAsync<AddedPaymentMethod, AddPaymentMethodFailure | MoveFailure>;

export type AddPaymentMethodPorts = Readonly<{
  vault: Vault;
  processor: Pick<Processor, 'accepts'>;
  clock: Clock;
  ids: Ids;
  moveCustomer: MoveCustomer;
}>;

export const addPaymentMethod =
  (ports: AddPaymentMethodPorts): AddPaymentMethod =>
  ({ face, token, asDefault, ...target }) => {
    if (!ports.processor.accepts(token)) return errAsync({ kind: 'PaymentMethodNotAccepted' });
    const createdAt = ports.clock.now();
    const id = ports.ids.paymentMethod(createdAt);
    const field = tokenField(id);
    return ports
      .moveCustomer<ActiveCustomer, AddPaymentMethodFailure>(
        target,
        'customer.payment_method_added',
        (customer, now) =>
          safeTry<CustomerMove<ActiveCustomer> | undefined, AddPaymentMethodFailure>(async function* () {
            const sealed = yield* ports.vault.seal(ownerOf(customer), customer.dataKey, { [field]: token });
            const method = { ...face, id, token: sealed[field] ?? '', createdAt };
            const next = yield* added(customer, method, asDefault, now);
            return okAsync({ next });
          }),
      )
      .map((customer) => ({ customer, method: methodIn(customer, id) }));
  };

function methodIn({ paymentMethods }: ActiveCustomer, id: string): StoredPaymentMethod {
  const method = paymentMethods.find((each) => each.id === id);
  if (method === undefined) throw new Error(`${id} was added and is not there`);
  return method;
}
