import { errAsync, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { paymentMethodOf } from '../../domain/customers/customer.ts';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { CustomerNotAccepted, PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { ownerOf, tokenField } from './customer-secrets.ts';
import { findActive } from './update-customer.ts';

/** Where a payment's method leads. */
export interface PaymentMethods {
  /**
   * What the processor is to charge. A stored method (`pm_…`) becomes the token it stands for, and must be one of this
   * customer's; any other method is itself. A customer that is named must be there, whatever the method; without one,
   * a plain method costs nothing. The token is for the processor alone: it is never stored, logged or answered.
   */
  resolve(
    merchantId: MerchantId,
    customerId: CustomerId | undefined,
    paymentMethod: string,
  ): ResultAsync<string, ResolveFailure>;
}

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
