import { err, ok, type Result } from 'neverthrow';
import type { CustomerId, PaymentMethodId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { type Revision, revised, tombstone } from '../kernel/revision.ts';
import type { BlindIndex, Sealed, WrappedKey } from '../kernel/sealed.ts';

type Known = Revision<'customer', CustomerId>;

/** What identifies the customer, each sealed under its own name; `metadata` is JSON text. */
export type CustomerSecrets = Readonly<{ email: Sealed; name: Sealed; phone?: Sealed; metadata?: Sealed }>;

/** What may be shown of a payment method to recognise it by. */
export type PaymentMethodFace =
  | Readonly<{ type: 'card'; last4: string; brand?: string; expiryMonth?: number; expiryYear?: number }>
  | Readonly<{
      type: 'bank_account';
      last4: string;
      bankName?: string;
      accountType?: 'checking' | 'savings';
    }>;

/** `token` is what the processor charges, sealed under the method's own id. */
export type StoredPaymentMethod = PaymentMethodFace &
  Readonly<{ id: PaymentMethodId; token: Sealed; createdAt: Instant }>;

/**
 * `dataKey` opens what is sealed, in here and in the audit trail; `emailIndexes` are the unique keys held for the email,
 * more than one while keys are rotated.
 */
export type ActiveCustomer = Known &
  Readonly<{
    status: 'active';
    dataKey: WrappedKey;
    emailIndexes: readonly BlindIndex[];
    secrets: CustomerSecrets;
    paymentMethods: readonly StoredPaymentMethod[];
    defaultMethod?: PaymentMethodId;
  }>;

/** The data key is gone: what was sealed under it, in the audit trail too, is noise. */
export type ErasedCustomer = Known & Readonly<{ status: 'erased' }>;

export type Customer = ActiveCustomer | ErasedCustomer;

export type PaymentMethodNotFound = Readonly<{ kind: 'PaymentMethodNotFound' }>;
export type TooManyPaymentMethods = Readonly<{ kind: 'TooManyPaymentMethods'; most: number }>;

export const MOST_PAYMENT_METHODS = 20;

/** One spelling for all of an address: composed, lower case, without white space around it. */
export const normalEmail = (email: string): string =>
  email.normalize('NFC').trim().toLowerCase().normalize('NFC');

/** Becomes the default when `asDefault`, or when it is the first. */
export function addPaymentMethod(
  customer: ActiveCustomer,
  method: StoredPaymentMethod,
  asDefault: boolean,
  now: Instant,
): Result<ActiveCustomer, TooManyPaymentMethods> {
  const methods = customer.paymentMethods;
  if (methods.length >= MOST_PAYMENT_METHODS)
    return err({ kind: 'TooManyPaymentMethods', most: MOST_PAYMENT_METHODS });
  return ok({
    ...revised(customer, now),
    paymentMethods: [...methods, method],
    ...(asDefault || methods.length === 0 ? { defaultMethod: method.id } : {}),
  });
}

/** Its token goes with it. When it was the default, there is none until another is chosen. */
export function removePaymentMethod(
  customer: ActiveCustomer,
  id: PaymentMethodId,
  now: Instant,
): Result<ActiveCustomer, PaymentMethodNotFound> {
  return paymentMethodOf(customer, id).map(() => {
    const { defaultMethod, ...rest } = revised(customer, now);
    return {
      ...rest,
      paymentMethods: customer.paymentMethods.filter((method) => method.id !== id),
      ...(defaultMethod === undefined || defaultMethod === id ? {} : { defaultMethod }),
    };
  });
}

/** What is not given stays; a default of null is none. `emailIndexes` are those of the email among the secrets. */
export type CustomerChanges = Readonly<{
  secrets?: CustomerSecrets;
  emailIndexes?: readonly BlindIndex[];
  defaultMethod?: PaymentMethodId | null;
}>;

export function changeCustomer(
  customer: ActiveCustomer,
  { secrets, emailIndexes, defaultMethod }: CustomerChanges,
  now: Instant,
): Result<ActiveCustomer, PaymentMethodNotFound> {
  const { defaultMethod: before, ...rest } = revised(customer, now);
  const chosen = defaultMethod === undefined ? before : defaultMethod;
  const next: ActiveCustomer = {
    ...rest,
    ...present({ secrets, emailIndexes }),
  };
  if (chosen === undefined || chosen === null) return ok(next);
  return paymentMethodOf(customer, chosen).map(({ id }) => ({ ...next, defaultMethod: id }));
}

/** The same data key, wrapped by another; the same email, indexed by others. */
export const rekey = (
  customer: ActiveCustomer,
  dataKey: WrappedKey,
  emailIndexes: readonly BlindIndex[],
  now: Instant,
): ActiveCustomer => ({ ...revised(customer, now), dataKey, emailIndexes });

export const eraseCustomer = (customer: ActiveCustomer, now: Instant): ErasedCustomer => ({
  ...tombstone(customer, now),
  status: 'erased',
});

export function paymentMethodOf(
  { paymentMethods }: ActiveCustomer,
  id: string,
): Result<StoredPaymentMethod, PaymentMethodNotFound> {
  const method = paymentMethods.find((each) => each.id === id);
  return method === undefined ? err({ kind: 'PaymentMethodNotFound' }) : ok(method);
}
