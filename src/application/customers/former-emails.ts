import { ResultAsync } from 'neverthrow';
import type { ActiveCustomer } from '../../domain/customers/customer.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { BlindIndex } from '../../domain/kernel/sealed.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { EmailSpellings } from '../../ports/email-spellings.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { emailIndexes } from './customer-secrets.ts';

export type FormerEmailPorts = Readonly<{
  aggregates: Pick<Aggregates, 'findByKey'>;
  secretKeys: SecretKeys;
  emailSpellings: EmailSpellings;
}>;

/**
 * The customer that an earlier version stored under another spelling of this mailbox, and that holds no key of the one
 * spelling that there is now. One read for each spelling and index key in use, all at once. Two versions that run side by
 * side may still make a customer each.
 */
export const formerHolder = (
  { aggregates, secretKeys, emailSpellings }: FormerEmailPorts,
  merchantId: MerchantId,
  email: string,
): ResultAsync<ActiveCustomer | undefined, KeysUnavailable | StorageUnavailable> =>
  ResultAsync.combine(emailSpellings(email).map((each) => emailIndexes(secretKeys, merchantId, each)))
    .andThen((indexes) =>
      ResultAsync.combine(
        indexes.flat().map((index: BlindIndex) => aggregates.findByKey(merchantId, 'customer', index)),
      ),
    )
    .map((holders) => holders.find((holder) => holder?.status === 'active'));
