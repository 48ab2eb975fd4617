import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { ActiveCustomer, Customer } from '../../domain/customers/customer.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type DecideUpdate, updateAggregate } from '../kernel/update-aggregate.ts';

/** Unknown, another merchant's, or erased. */
export type CustomerNotFound = Readonly<{ kind: 'CustomerNotFound' }>;
/** Another customer of the merchant has this email. */
export type CustomerExists = Readonly<{ kind: 'CustomerExists' }>;
/** The refusal itself: it has no facts. */
export const customerExists: CustomerExists = { kind: 'CustomerExists' };

export type CustomerTarget = Readonly<{ merchantId: MerchantId; id: CustomerId; origin: Origin }>;

export type UpdateCustomerFailure = CustomerNotFound | CustomerExists | ChangedMeanwhile | StorageUnavailable;

/** Changes a customer that is not erased, as `UpdateAggregate` does. One read, one commit. */
export type UpdateCustomer = <Next extends Customer, Failure extends Readonly<{ kind: string }> = never>(
  target: CustomerTarget,
  decide: DecideUpdate<ActiveCustomer, Next, Failure>,
) => ResultAsync<ActiveCustomer | Next, Failure | UpdateCustomerFailure>;

export function updateCustomer(ports: MovePorts): UpdateCustomer {
  const update = updateAggregate(ports);
  return <Next extends Customer, Failure extends Readonly<{ kind: string }>>(
    target: CustomerTarget,
    decide: DecideUpdate<ActiveCustomer, Next, Failure>,
  ) =>
    update<ActiveCustomer, Next, Failure | UpdateCustomerFailure>(
      {
        ...target,
        find: () => findActive(ports.aggregates, target.merchantId, target.id),
        taken: customerExists,
      },
      decide,
    );
}

export const findActive = (
  aggregates: Aggregates,
  merchantId: MerchantId,
  id: CustomerId,
): ResultAsync<ActiveCustomer, CustomerNotFound | StorageUnavailable> =>
  aggregates
    .find(merchantId, 'customer', id)
    .andThen((found) =>
      found?.status === 'active' ? okAsync(found) : errAsync({ kind: 'CustomerNotFound' as const }),
    );
