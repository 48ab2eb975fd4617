import { okAsync, type ResultAsync } from 'neverthrow';
import { type ErasedCustomer, eraseCustomer as erased } from '../../domain/customers/customer.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import { onExpectedVersion } from '../kernel/update-aggregate.ts';
import type { CustomerTarget, UpdateCustomer, UpdateCustomerFailure } from './update-customer.ts';

/**
 * Forgets a customer for good: the store's only copy of its data key goes, and with it whatever was sealed, here and in
 * the audit trail, whose chain stays whole. The email is free again. One read, one commit.
 */
export type EraseCustomer = (
  target: CustomerTarget & Expecting,
) => ResultAsync<void, VersionMismatch | UpdateCustomerFailure>;

export const eraseCustomer =
  ({ updateCustomer }: Readonly<{ updateCustomer: UpdateCustomer }>): EraseCustomer =>
  (target) =>
    updateCustomer<ErasedCustomer, VersionMismatch>(
      target,
      onExpectedVersion(target, (customer, now) =>
        okAsync({
          action: 'customer.erased',
          next: erased(customer, now),
          releases: customer.emailIndexes,
        }),
      ),
    ).map(() => undefined);
