import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { FindCustomer } from '../customers/read-customers.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';

export type FilterByEmailRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  /** In its canonical spelling; without one the filter stays as it is. */
  customerEmail?: string;
  origin: Origin;
}>;

/**
 * The filter for payments of the customer who has this email now; undefined when no payment can match: there is no such customer, it was
 * erased, or the filter names another. What follows, cursors too, knows the customer's id and not the email. Reads and records what
 * finding the customer does, and nothing without an email.
 */
export type FilterByEmail = (
  request: FilterByEmailRequest,
) => ResultAsync<PaymentFilter | undefined, ChangedMeanwhile | KeysUnavailable | StorageUnavailable>;

export const filterByEmail =
  (findCustomer: FindCustomer): FilterByEmail =>
  ({ merchantId, filter, customerEmail, origin }) =>
    customerEmail === undefined
      ? okAsync(filter)
      : findCustomer({ merchantId, email: customerEmail, origin }).map((found) => {
          const customerId = found?.customer.id;
          const isOther = filter.customerId !== undefined && filter.customerId !== customerId;
          return customerId === undefined || isOther ? undefined : { ...filter, customerId };
        });
