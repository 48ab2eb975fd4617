import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { type ActiveCustomer, type Customer, normalEmail } from '../../domain/customers/customer.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { emailIndexes, type OpenCustomer, openDetails } from './customer-secrets.ts';
import { type FormerEmailPorts, formerHolder } from './former-emails.ts';
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

/** A customer as it stands, also one that is erased, with nothing of its details opened, so nothing goes on record. One read. */
export type LocateCustomer = (
  merchantId: MerchantId,
  id: CustomerId,
) => ResultAsync<Customer, CustomerNotFound | StorageUnavailable>;

export const locateCustomer =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): LocateCustomer =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'customer', id)
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'CustomerNotFound' as const }) : okAsync(found),
      );

export type FindCustomerRequest = Readonly<{ merchantId: MerchantId; email: string; origin: Origin }>;

type FindCustomerFailure = ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

/**
 * The customer with this email, which is in its canonical spelling; one that an earlier version stored in another is found
 * too. Undefined when there is none. A find is a read of its data, and recorded as one. Two reads in a row for each index
 * key in use, then those of former spellings, and those of the record.
 */
export type FindCustomer = (
  request: FindCustomerRequest,
) => ResultAsync<OpenCustomer | undefined, FindCustomerFailure>;

export const findCustomer =
  (
    ports: FormerEmailPorts &
      Readonly<{ aggregates: Aggregates; vault: Vault; recordCustomerAccess: RecordCustomerAccess }>,
  ): FindCustomer =>
  ({ merchantId, email, origin }) =>
    safeTry<OpenCustomer | undefined, FindCustomerFailure>(async function* () {
      const indexes = yield* emailIndexes(ports.secretKeys, merchantId, email);
      let found: ActiveCustomer | undefined;
      for (const index of indexes) {
        const holder = yield* ports.aggregates.findByKey(merchantId, 'customer', index);
        if (holder?.status === 'active') found = holder;
        if (found !== undefined) break;
      }
      found ??= yield* formerHolder(ports, merchantId, email);
      if (found === undefined) return ok(undefined);
      yield* ports.recordCustomerAccess({ merchantId, id: found.id, origin }, 'customer.found');
      const open = yield* openDetails(ports.vault, found);
      // It may have changed its email between the two reads.
      const spellings = [email, ...ports.emailSpellings(email)].map(normalEmail);
      return ok(spellings.includes(normalEmail(open.details.email)) ? open : undefined);
    });
