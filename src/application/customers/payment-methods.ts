import type { ResultAsync } from 'neverthrow';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import type { CustomerNotAccepted, PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';

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
  ): ResultAsync<
    string,
    CustomerNotAccepted | PaymentMethodNotAccepted | StorageUnavailable | KeysUnavailable
  >;
}
