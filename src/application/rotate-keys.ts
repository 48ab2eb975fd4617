import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../domain/actor.ts';
import { type ActiveCustomer, rekey } from '../domain/customer.ts';
import type { CustomerId, MerchantId } from '../domain/ids.ts';
import type { Aggregates } from '../ports/aggregates.ts';
import type { Merchants } from '../ports/merchants.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../ports/unavailable.ts';
import type { Vault } from '../ports/vault.ts';
import { emailIndexes, keyMoves, openDetails, ownerOf } from './customer-secrets.ts';
import type { CustomerBusy, CustomerMove, MoveCustomer, MoveFailure } from './move-customer.ts';

/** How far a walk over all customers has come. */
export type RotationProgress = Readonly<{ step: 'rewrap' | 'release'; seen: number; changed: number }>;

export type RotateKeysRequest = Readonly<{
  origin: Origin;
  /** How long a request that began under the old key may take to end. */
  settleMs: number;
  onProgress: (progress: RotationProgress) => void;
}>;

/** `leftToPeople` are keys that nothing needs any more, and that only people can take out of the ring. */
export type KeysRotated = Readonly<{
  customers: number;
  rewrapped: number;
  released: number;
  leftToPeople: readonly string[];
}>;

export type RotateKeysFailure = CustomerBusy | KeysUnavailable | StorageUnavailable;

/**
 * Puts a new key in the place of the old one while everything runs: data keys are wrapped anew, emails are indexed under
 * both keys, and when that is done for all, the old key retires and its indexes are let go. A customer holds an index
 * under every key that anybody may still look under, so an email is unique throughout. May be stopped anywhere: the next
 * run goes on, since what is left to do is told by the customers themselves.
 */
export type RotateKeys = (request: RotateKeysRequest) => ResultAsync<KeysRotated, RotateKeysFailure>;

export type RotateKeysPorts = Readonly<{
  merchants: Merchants;
  aggregates: Aggregates;
  vault: Vault;
  secretKeys: SecretKeys;
  keyRotation: KeyRotation;
  moveCustomer: MoveCustomer;
}>;

export const rotateKeys =
  (ports: RotateKeysPorts): RotateKeys =>
  ({ origin, settleMs, onProgress }) =>
    safeTry<KeysRotated, RotateKeysFailure>(async function* () {
      yield* ports.keyRotation.begin();
      const first = yield* walk(ports, origin, (seen) => onProgress({ step: 'rewrap', ...seen }));
      const leftToPeople = yield* ports.keyRotation.retire(settleMs);
      // Once more: to let go of the old indexes, and for whoever came late under the old key.
      const second = yield* walk(ports, origin, (seen) => onProgress({ step: 'release', ...seen }));
      yield* ports.keyRotation.end();
      return ok({
        customers: second.seen,
        rewrapped: first.changed,
        released: second.changed,
        leftToPeople,
      });
    });

type Seen = Readonly<{ seen: number; changed: number }>;

const PAGE = 100;

/** Brings every customer of every merchant to the ring as it is now. */
const walk = (ports: RotateKeysPorts, origin: Origin, onProgress: (seen: Seen) => void) =>
  safeTry<Seen, RotateKeysFailure>(async function* () {
    let seen = 0;
    let changed = 0;
    let merchant: MerchantId | undefined;
    for (let merchantsLeft = true; merchantsLeft; ) {
      const merchants = yield* ports.merchants.list({ limit: PAGE, ...after(merchant) });
      for (const { id: merchantId } of merchants) {
        let customer: CustomerId | undefined;
        for (let customersLeft = true; customersLeft; ) {
          const page = { limit: PAGE, ...after(customer) };
          const customers = yield* ports.aggregates.list(merchantId, 'customer', page);
          for (const each of customers) {
            if (each.status === 'active' && (yield* brought(ports, origin, each))) changed += 1;
            seen += 1;
          }
          onProgress({ seen, changed });
          customer = customers.at(-1)?.id;
          customersLeft = customers.length === PAGE;
        }
      }
      merchant = merchants.at(-1)?.id;
      merchantsLeft = merchants.length === PAGE;
    }
    return ok({ seen, changed });
  });

const after = <Id>(id: Id | undefined): Readonly<{ after?: Id }> => (id === undefined ? {} : { after: id });

/** Whether there was something to do. A customer that is erased in the meantime needs nothing. */
function brought(
  ports: RotateKeysPorts,
  origin: Origin,
  { merchantId, id, version }: ActiveCustomer,
): ResultAsync<boolean, RotateKeysFailure> {
  return ports
    .moveCustomer<ActiveCustomer, KeysUnavailable>(
      { merchantId, id, origin },
      'customer.rekeyed',
      (customer, now) =>
        safeTry<CustomerMove<ActiveCustomer> | undefined, KeysUnavailable>(async function* () {
          const { details } = yield* openDetails(ports.vault, customer);
          const indexes = yield* emailIndexes(ports.secretKeys, merchantId, details.email);
          const dataKey = yield* ports.secretKeys.rewrap(ownerOf(customer), customer.dataKey);
          const moves = keyMoves(customer.emailIndexes, indexes);
          const isNew = dataKey.keyId !== customer.dataKey.keyId;
          if (!isNew && moves.takes.length === 0 && moves.releases.length === 0) return ok(undefined);
          return ok({ next: rekey(customer, dataKey, indexes, now), ...moves });
        }),
    )
    .map((customer) => customer.version !== version)
    .orElse((failure) => orGone(failure));
}

function orGone(failure: MoveFailure | KeysUnavailable): Result<boolean, RotateKeysFailure> {
  switch (failure.kind) {
    case 'NoSuchCustomer':
      return ok(false);
    case 'CustomerExists':
      throw new Error('an index of a new key belongs to another customer');
    case 'CustomerBusy':
    case 'KeysUnavailable':
    case 'StorageUnavailable':
      return err(failure);
  }
}
