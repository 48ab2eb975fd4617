import { errAsync, okAsync, safeTry } from 'neverthrow';
import { paymentMethodOf } from '../../domain/customers/customer.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { CustomerNotAccepted, PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { ownerOf, tokenField } from './customer-secrets.ts';
import type { PaymentMethods } from './payment-methods.ts';
import { findActive } from './update-customer.ts';

/** Who is charged with which method is on the payment's own record, so no other is made of it. One read. */
export const resolvePaymentMethod = ({
  aggregates,
  vault,
}: Readonly<{ aggregates: Aggregates; vault: Vault }>): PaymentMethods => ({
  resolve(merchantId, customerId, paymentMethod) {
    const stored = paymentMethod.startsWith('pm_');
    if (customerId === undefined) return stored ? errAsync(notAccepted) : okAsync(paymentMethod);
    return safeTry<string, ResolveFailure>(async function* () {
      const customer = yield* findActive(aggregates, merchantId, customerId).mapErr((failure) =>
        failure.kind === 'CustomerNotFound' ? customerNotAccepted : failure,
      );
      if (!stored) return okAsync(paymentMethod);
      const { id, token } = yield* paymentMethodOf(customer, paymentMethod).mapErr(() => notAccepted);
      const field = tokenField(id);
      const open = yield* vault.open(ownerOf(customer), customer.dataKey, { [field]: token });
      return okAsync(open[field] ?? '');
    });
  },
});

type ResolveFailure = CustomerNotAccepted | PaymentMethodNotAccepted | StorageUnavailable | KeysUnavailable;

const notAccepted: PaymentMethodNotAccepted = { kind: 'PaymentMethodNotAccepted' };
const customerNotAccepted: CustomerNotAccepted = { kind: 'CustomerNotAccepted' };
