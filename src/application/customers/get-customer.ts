import type { ResultAsync } from 'neverthrow';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { type OpenCustomer, openDetails } from './customer-secrets.ts';
import type { RecordCustomerAccess } from './record-customer-access.ts';
import { type CustomerNotFound, type CustomerTarget, findActive } from './update-customer.ts';

/** A customer with its details, the read on record before anything is decrypted. Two reads, one commit. */
export type GetCustomer = (
  target: CustomerTarget,
) => ResultAsync<OpenCustomer, CustomerNotFound | ChangedMeanwhile | KeysUnavailable | StorageUnavailable>;

export const getCustomer =
  (
    ports: Readonly<{ aggregates: Aggregates; vault: Vault; recordCustomerAccess: RecordCustomerAccess }>,
  ): GetCustomer =>
  (target) =>
    findActive(ports.aggregates, target.merchantId, target.id).andThen((customer) =>
      ports.recordCustomerAccess(target, 'customer.read').andThen(() => openDetails(ports.vault, customer)),
    );
