import type { ResultAsync } from 'neverthrow';
import { type ActiveCustomer, type CustomerSecrets, normalEmail } from '../../domain/customers/customer.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { jsonText, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { BlindIndex, WrappedKey } from '../../domain/kernel/sealed.ts';
import type { KeyOwner, SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Fields, Vault } from '../../ports/vault.ts';

export type Metadata = Readonly<Record<string, string>>;

/** Who a customer is, in plain text: for the answer to a client, and for nothing that is kept. */
export type CustomerDetails = Readonly<{ email: string; name: string; phone?: string; metadata?: Metadata }>;

/** A customer with its details open. Tokens stay sealed. */
export type OpenCustomer = Readonly<{ customer: ActiveCustomer; details: CustomerDetails }>;

/** The details, each sealed under its own name for this customer. */
export const sealDetails = (
  vault: Vault,
  owner: KeyOwner,
  key: WrappedKey,
  { email, name, phone, metadata }: CustomerDetails,
): ResultAsync<CustomerSecrets, KeysUnavailable> =>
  vault
    .seal(owner, key, {
      email,
      name,
      ...present({ phone }),
      ...(metadata === undefined ? {} : { metadata: jsonText(metadata) }),
    })
    // The vault seals exactly the fields it was given.
    .map((sealed) => sealed as CustomerSecrets);

export const openDetails = (
  vault: Vault,
  customer: ActiveCustomer,
): ResultAsync<OpenCustomer, KeysUnavailable> =>
  vault.open(ownerOf(customer), customer.dataKey, { ...customer.secrets }).map((open) => ({
    customer,
    details: detailsIn(open),
  }));

function detailsIn({ email = '', name = '', phone, metadata }: Fields<string>): CustomerDetails {
  return {
    email,
    name,
    ...present({ phone }),
    ...(metadata === undefined ? {} : { metadata: parseJson(metadata) as Metadata }),
  };
}

/** The unique keys of an email, the one to look for first in front. */
export const emailIndexes = (
  secretKeys: SecretKeys,
  merchantId: MerchantId,
  email: string,
): ResultAsync<readonly BlindIndex[], KeysUnavailable> =>
  secretKeys.blindIndexes(merchantId, `email:${normalEmail(email)}`);

export const ownerOf = ({ merchantId, id }: Pick<ActiveCustomer, 'merchantId' | 'id'>): KeyOwner => ({
  merchantId,
  entityId: id,
});

/** The name that a method's token is sealed under: no other method of the customer can take it. */
export const tokenField = (paymentMethodId: string): string => `token:${paymentMethodId}`;

/** What to take and to let go of, to hold `next` instead of `held`. */
export const keyMoves = (held: readonly BlindIndex[], next: readonly BlindIndex[]) => ({
  takes: next.filter((key) => !held.includes(key)),
  releases: held.filter((key) => !next.includes(key)),
});
