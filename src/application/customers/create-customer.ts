import { err, errAsync, ResultAsync, safeTry } from 'neverthrow';
import type { ActiveCustomer, StoredPaymentMethod } from '../../domain/customers/customer.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { activeMerchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange, type ClaimWith, type MovePorts, unclaimed } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type CustomerDetails, emailIndexes, type OpenCustomer, sealDetails } from './customer-secrets.ts';
import { type FormerEmailPorts, formerHolder } from './former-emails.ts';
import { type NewPaymentMethod, type SealMethodPorts, sealPaymentMethod } from './seal-payment-method.ts';
import { type CustomerExists, customerExists } from './update-customer.ts';

export type CreateCustomerRequest = Readonly<{
  merchantId: MerchantId;
  details: CustomerDetails;
  /** The first that asks for it is the default; when none does, the first. */
  methods?: readonly NewPaymentMethod[];
  origin: Origin;
}>;

export type CreateCustomerFailure =
  | MerchantInactive
  | CustomerExists
  | ChangedMeanwhile
  | PaymentMethodNotAccepted
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Stores a customer under a data key of its own. Of requests with one email one wins. A few reads at once, one commit. The email
 * is in its canonical spelling.
 */
export type CreateCustomer = (
  request: CreateCustomerRequest,
  claimWith?: ClaimWith<OpenCustomer>,
) => ResultAsync<OpenCustomer, CreateCustomerFailure>;

export type CreateCustomerPorts = Omit<MovePorts, 'aggregates'> &
  SealMethodPorts &
  FormerEmailPorts &
  Readonly<{ merchants: Merchants }>;

export const createCustomer =
  (ports: CreateCustomerPorts): CreateCustomer =>
  ({ merchantId, details, methods = [], origin }, claimWith = unclaimed) =>
    safeTry<OpenCustomer, CreateCustomerFailure>(async function* () {
      const [merchant, holder] = yield* ResultAsync.combine([
        ports.merchants.find(merchantId),
        formerHolder(ports, merchantId, details.email),
      ]);
      yield* activeMerchant(merchant, merchantId);
      if (holder !== undefined) return err(customerExists);
      const at = ports.clock.now();
      const id = ports.ids.customer(at);
      const owner = { merchantId, entityId: id };
      const dataKey = yield* ports.vault.newKey(owner);
      const secrets = yield* sealDetails(ports.vault, owner, dataKey, details);
      const paymentMethods: StoredPaymentMethod[] = [];
      for (const method of methods)
        paymentMethods.push(yield* sealPaymentMethod(ports, { owner, key: dataKey, now: at }, method));
      const chosen =
        paymentMethods[
          Math.max(
            0,
            methods.findIndex(({ asDefault }) => asDefault),
          )
        ];
      const indexes = yield* emailIndexes(ports.secretKeys, merchantId, details.email);
      const next: ActiveCustomer = {
        kind: 'customer',
        id,
        merchantId,
        status: 'active',
        dataKey,
        emailIndexes: indexes,
        secrets,
        paymentMethods,
        ...present({ defaultMethod: chosen?.id }),
        version: 1,
        createdAt: at,
        updatedAt: at,
        auditHash: '',
      };
      const done = { customer: next, details };
      const move = { at, origin, action: 'customer.created', next, takes: indexes };
      const change = yield* claimWith(aggregateChange(ports, move), done);
      return ports.commits
        .commit(change)
        .map(() => done)
        .orElse((failure) => errAsync(failureOf(failure)));
    });

function failureOf(failure: CommitRefused | StorageUnavailable): CreateCustomerFailure {
  switch (failure.kind) {
    case 'KeyTaken':
      return customerExists;
    case 'StorageUnavailable':
      return failure;
    case 'StaleVersion':
    case 'FenceLost':
    case 'ClaimTaken':
      return { kind: 'ChangedMeanwhile' };
  }
}
