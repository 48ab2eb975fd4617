import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import {
  type ActiveCustomer,
  type CustomerChanges,
  type CustomerSecrets,
  changeCustomer as changed,
  normalEmail,
  type PaymentMethodNotFound,
} from '../../domain/customers/customer.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { PaymentMethodId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { type AggregateUpdate, onExpectedVersion } from '../kernel/update-aggregate.ts';
import {
  type CustomerDetails,
  emailIndexes,
  keyMoves,
  type Metadata,
  type OpenCustomer,
  openDetails,
  ownerOf,
  sealDetails,
} from './customer-secrets.ts';
import { type FormerEmailPorts, formerHolder } from './former-emails.ts';
import {
  type CustomerExists,
  type CustomerTarget,
  customerExists,
  type UpdateCustomer,
  type UpdateCustomerFailure,
} from './update-customer.ts';

/** What is not given stays; null takes away. `version` is the one the client has seen, when it cares. */
export type ChangeCustomerRequest = CustomerTarget &
  Expecting &
  Readonly<{
    email?: string;
    name?: string;
    phone?: string | null;
    metadata?: Metadata | null;
    defaultMethod?: PaymentMethodId | null;
    version?: number;
  }>;

/** The client decided on a version that is no longer the newest. */
export type CustomerChanged = Readonly<{ kind: 'CustomerChanged'; version: number }>;

export type ChangeCustomerFailure =
  | PaymentMethodNotFound
  | CustomerChanged
  | CustomerExists
  | VersionMismatch
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Changes a customer's details or default. Rival changes of different fields both stand. One read, one commit; another
 * email, in its canonical spelling, takes a few reads more.
 */
export type ChangeCustomer = (
  request: ChangeCustomerRequest,
) => ResultAsync<OpenCustomer, ChangeCustomerFailure | UpdateCustomerFailure>;

export const changeCustomer =
  (ports: FormerEmailPorts & Readonly<{ vault: Vault; updateCustomer: UpdateCustomer }>): ChangeCustomer =>
  (request) =>
    ports
      .updateCustomer<ActiveCustomer, ChangeCustomerFailure>(
        request,
        onExpectedVersion(request, (customer, now) =>
          safeTry<AggregateUpdate<ActiveCustomer>, ChangeCustomerFailure>(async function* () {
            if (request.version !== undefined && request.version !== customer.version)
              return err(outdated(customer));
            const { details } = yield* openDetails(ports.vault, customer);
            const wanted = changedDetails(details, request);
            const { id, merchantId } = customer;
            let indexes = customer.emailIndexes;
            if (normalEmail(wanted.email) !== normalEmail(details.email)) {
              const holder = yield* formerHolder(ports, merchantId, wanted.email);
              if (holder !== undefined && holder.id !== id) return err(customerExists);
              indexes = yield* emailIndexes(ports.secretKeys, merchantId, wanted.email);
            }
            const changes: CustomerChanges = {
              secrets: yield* resealed(ports.vault, customer, details, wanted),
              emailIndexes: indexes,
              ...present({ defaultMethod: request.defaultMethod }),
            };
            const next = yield* changed(customer, changes, now);
            return ok({ action: 'customer.changed', next, ...keyMoves(customer.emailIndexes, indexes) });
          }),
        ),
      )
      .andThen((customer) => openDetails(ports.vault, customer));

/** What stays keeps its ciphertext, so that the audit trail names as changed what changed, and nothing else. */
const resealed = (
  vault: Vault,
  customer: ActiveCustomer,
  before: CustomerDetails,
  wanted: CustomerDetails,
): ResultAsync<CustomerSecrets, KeysUnavailable> =>
  sealDetails(vault, ownerOf(customer), customer.dataKey, wanted).map((sealed) => {
    const { email, name, phone, metadata } = customer.secrets;
    return {
      ...sealed,
      ...(wanted.email === before.email ? { email } : {}),
      ...(wanted.name === before.name ? { name } : {}),
      ...(phone !== undefined && wanted.phone === before.phone ? { phone } : {}),
      ...(metadata !== undefined && isSameMetadata(wanted.metadata, before.metadata) ? { metadata } : {}),
    };
  });

const isSameMetadata = (a: Metadata | undefined, b: Metadata | undefined): boolean =>
  a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);

const outdated = ({ version }: ActiveCustomer): CustomerChanged => ({ kind: 'CustomerChanged', version });

function changedDetails(details: CustomerDetails, request: ChangeCustomerRequest): CustomerDetails {
  const { email = details.email, name = details.name } = request;
  const phone = request.phone === undefined ? details.phone : request.phone;
  const metadata = request.metadata === undefined ? details.metadata : request.metadata;
  return {
    email,
    name,
    ...(phone === undefined || phone === null ? {} : { phone }),
    ...(metadata === undefined || metadata === null ? {} : { metadata }),
  };
}
