import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { type ActiveCustomer, rekey } from '../../domain/customers/customer.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import type { AggregateUpdate } from '../kernel/update-aggregate.ts';
import { emailIndexes, keyMoves, openDetails, ownerOf } from './customer-secrets.ts';
import type { UpdateCustomer, UpdateCustomerFailure } from './update-customer.ts';

export type RekeyCustomerFailure = ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

export type RekeyCustomerPorts = Readonly<{
  vault: Vault;
  secretKeys: SecretKeys;
  updateCustomer: UpdateCustomer;
}>;

/**
 * Brings a customer to the ring as it is now: its data key wrapped by the current key, its email indexed under every key
 * in use and no other. False when there is nothing to do; a customer erased in the meantime needs nothing.
 */
export function rekeyCustomer(
  ports: RekeyCustomerPorts,
  { merchantId, id, version }: ActiveCustomer,
  origin: Origin,
): ResultAsync<boolean, RekeyCustomerFailure> {
  return ports
    .updateCustomer<ActiveCustomer, KeysUnavailable>({ merchantId, id, origin }, (customer, now) =>
      safeTry<AggregateUpdate<ActiveCustomer> | undefined, KeysUnavailable>(async function* () {
        const { details } = yield* openDetails(ports.vault, customer);
        const indexes = yield* emailIndexes(ports.secretKeys, merchantId, details.email);
        const dataKey = yield* ports.secretKeys.rewrap(ownerOf(customer), customer.dataKey);
        const moves = keyMoves(customer.emailIndexes, indexes);
        const isNew = dataKey.keyId !== customer.dataKey.keyId;
        if (!isNew && moves.takes.length === 0 && moves.releases.length === 0) return ok(undefined);
        return ok({ action: 'customer.rekeyed', next: rekey(customer, dataKey, indexes, now), ...moves });
      }),
    )
    .map((customer) => customer.version !== version)
    .orElse((failure) => orGone(failure));
}

function orGone(failure: UpdateCustomerFailure | KeysUnavailable): Result<boolean, RekeyCustomerFailure> {
  switch (failure.kind) {
    case 'CustomerNotFound':
      return ok(false);
    case 'CustomerExists':
      throw new Error('the index of an email under a new key belongs to another customer');
    case 'ChangedMeanwhile':
    case 'KeysUnavailable':
    case 'StorageUnavailable':
      return err(failure);
  }
}
