import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { KeyRotation } from '../../ports/secret-keys.ts';
import {
  type RekeyCustomerFailure,
  type RekeyCustomerPorts,
  rekeyCustomer,
} from '../customers/rekey-customer.ts';
import {
  type RekeyMerchantFailure,
  type RekeyMerchantPorts,
  rekeyMerchant,
} from '../merchants/rekey-merchant.ts';
import { listEndpoints } from '../webhooks/read-endpoints.ts';
import {
  type RekeyEndpointFailure,
  type RekeyEndpointPorts,
  rekeyEndpoint,
} from '../webhooks/rekey-endpoint.ts';

/** How far a walk over all merchants, their webhook endpoints and customers has come. */
export type RotationProgress = Readonly<{
  step: 'rewrap' | 'settle' | 'release';
  seen: number;
  changed: number;
}>;

export type RotateKeysRequest = Readonly<{
  origin: Origin;
  /** How long a request that began under the old key may take to end. */
  settleMs: number;
  onProgress: (progress: RotationProgress) => void;
}>;

/** Counts of customers, merchants and webhook endpoints. `leftToPeople` are keys that nothing needs and only people can take out. */
export type KeysRotated = Readonly<{
  seen: number;
  rewrapped: number;
  released: number;
  leftToPeople: readonly string[];
}>;

export type RotateKeysFailure = RekeyCustomerFailure | RekeyMerchantFailure | RekeyEndpointFailure;

/**
 * Puts a new key in the place of the old one while everything runs: data keys are wrapped anew, emails are indexed under
 * both keys, and when that is done for all, the old key retires and its indexes are let go. A customer holds an index
 * under every key that a process may still look under, so an email is unique throughout. May be stopped anywhere: the next
 * run goes on, since each customer's record says what is left to do.
 */
export type RotateKeys = (request: RotateKeysRequest) => ResultAsync<KeysRotated, RotateKeysFailure>;

export type RotateKeysPorts = RekeyCustomerPorts &
  RekeyMerchantPorts &
  RekeyEndpointPorts &
  Readonly<{ aggregates: Aggregates; keyRotation: KeyRotation }>;

export const rotateKeys =
  (ports: RotateKeysPorts): RotateKeys =>
  ({ origin, settleMs, onProgress }) =>
    safeTry<KeysRotated, RotateKeysFailure>(async function* () {
      yield* ports.keyRotation.begin();
      const first = yield* walk(ports, origin, (so) => onProgress({ step: 'rewrap', ...so }));
      onProgress({ step: 'settle', ...first });
      const leftToPeople = yield* ports.keyRotation.retire(settleMs);
      // Once more: to let go of the old indexes, and for customers that were created late under the old key.
      const second = yield* walk(ports, origin, (so) => onProgress({ step: 'release', ...so }));
      yield* ports.keyRotation.end();
      return ok({
        seen: second.seen,
        rewrapped: first.changed,
        released: second.changed,
        leftToPeople,
      });
    });

type SoFar = Readonly<{ seen: number; changed: number }>;

const PAGE = 100;

/** Brings every merchant, webhook endpoint and customer to the ring as it is now, in the order of their ids. */
const walk = (ports: RotateKeysPorts, origin: Origin, onProgress: (soFar: SoFar) => void) =>
  safeTry<SoFar, RotateKeysFailure>(async function* () {
    let soFar: SoFar = { seen: 0, changed: 0 };
    let last: MerchantId | undefined;
    for (let more = true; more; ) {
      const merchants = yield* ports.merchants.list({ limit: PAGE, ...after(last) });
      for (const merchant of merchants) {
        const { id } = merchant;
        soFar = counted(soFar, yield* rekeyMerchant(ports, merchant, origin));
        for (const endpoint of yield* listEndpoints(ports)(id))
          soFar = counted(soFar, yield* rekeyEndpoint(ports, endpoint, origin));
        soFar = yield* walkCustomers(ports, id, origin, soFar, onProgress);
      }
      last = merchants.at(-1)?.id;
      more = merchants.length === PAGE;
    }
    return ok(soFar);
  });

const walkCustomers = (
  ports: RotateKeysPorts,
  merchantId: MerchantId,
  origin: Origin,
  before: SoFar,
  onProgress: (soFar: SoFar) => void,
) =>
  safeTry<SoFar, RotateKeysFailure>(async function* () {
    let soFar = before;
    let last: CustomerId | undefined;
    for (let more = true; more; ) {
      const page = { limit: PAGE, ...after(last) };
      const customers = yield* ports.aggregates.list(merchantId, 'customer', page);
      for (const customer of customers) {
        const changed = customer.status === 'active' && (yield* rekeyCustomer(ports, customer, origin));
        soFar = counted(soFar, changed);
      }
      onProgress(soFar);
      last = customers.at(-1)?.id;
      more = customers.length === PAGE;
    }
    return ok(soFar);
  });

const counted = ({ seen, changed }: SoFar, isChanged: boolean): SoFar => ({
  seen: seen + 1,
  changed: changed + (isChanged ? 1 : 0),
});

const after = <Id>(id: Id | undefined): Readonly<{ after?: Id }> => present({ after: id });
