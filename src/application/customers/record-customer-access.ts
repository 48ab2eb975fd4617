import { okAsync, type ResultAsync } from 'neverthrow';
import { type CustomerAccess, customerAccessId, nextAccess } from '../../domain/customers/customer-access.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { updateAggregate } from '../kernel/update-aggregate.ts';
import type { CustomerTarget } from './update-customer.ts';

export type AccessFailure = ChangedMeanwhile | StorageUnavailable;

/**
 * Records that a customer's data is read, before it is decrypted: a read that cannot be recorded is not made. One link of
 * a chain for each read. One read, one commit; requests of one process take turns.
 */
export type RecordCustomerAccess = (
  target: CustomerTarget,
  action: 'customer.read' | 'customer.found',
) => ResultAsync<void, AccessFailure>;

export function recordCustomerAccess(ports: MovePorts): RecordCustomerAccess {
  const update = updateAggregate(ports);
  return ({ merchantId, id: customerId, origin }, action) => {
    const id = customerAccessId(customerId);
    const find = () => ports.aggregates.find(merchantId, 'customer_access', id);
    return update<CustomerAccess | undefined, CustomerAccess, StorageUnavailable>(
      { merchantId, id, origin, find },
      (before, at) => okAsync({ action, next: nextAccess(before, { merchantId, customerId }, at) }),
    ).map(() => undefined);
  };
}
