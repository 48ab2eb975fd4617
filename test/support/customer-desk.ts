import type { RingSource } from '../../src/adapters/keys/ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { systemEmailSpellings } from '../../src/adapters/system/email-spellings.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { changeCustomer } from '../../src/application/customers/change-customer.ts';
import { createCustomer } from '../../src/application/customers/create-customer.ts';
import { eraseCustomer } from '../../src/application/customers/erase-customer.ts';
import { addPaymentMethod, removePaymentMethod } from '../../src/application/customers/payment-methods.ts';
import { findCustomer, getCustomer } from '../../src/application/customers/read-customers.ts';
import { recordCustomerAccess } from '../../src/application/customers/record-customer-access.ts';
import { resolvePaymentMethod } from '../../src/application/customers/resolve-payment-method.ts';
import { updateCustomer } from '../../src/application/customers/update-customer.ts';
import { type RotateKeysRequest, rotateKeys } from '../../src/application/keys/rotate-keys.ts';
import { updateEndpoint } from '../../src/application/webhooks/update-endpoint.ts';
import type { CustomerId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, origin } from '../fixtures/changes.ts';

/**
 * One process's use cases about customers over a store and a ring of keys. Two desks over one store are two processes:
 * they share no cache and take no turns with each other.
 */
export function customerDesk(storage: Storage, ring: RingSource) {
  const secretKeys = ringKeys(ring);
  const basic = {
    ...storage,
    secretKeys,
    keyRotation: ring.rotation,
    vault: localVault(secretKeys, systemClock),
    processor: { accepts: (method: string) => method.startsWith('tok_') },
    clock: systemClock,
    ids: systemIds,
    emailSpellings: systemEmailSpellings,
    digests,
  };
  const ports = {
    ...basic,
    updateCustomer: updateCustomer(basic),
    updateEndpoint: updateEndpoint(basic),
    recordCustomerAccess: recordCustomerAccess(basic),
  };
  const create = createCustomer(ports);
  const rotate = rotateKeys(ports);
  const merchantId = aMerchantId();
  const targeting = (id: CustomerId) => ({ merchantId, id, origin });
  return {
    ports,
    targeting,
    create: (email: string, name = 'Ada Lovelace', more: { phone?: string } = {}) =>
      create({ merchantId, details: { email, name, ...more }, origin }),
    get: (id: CustomerId) => getCustomer(ports)(targeting(id)),
    find: (email: string) => findCustomer(ports)({ merchantId, email, origin }),
    change: changeCustomer(ports),
    addMethod: (id: CustomerId, token: string, asDefault = false) =>
      addPaymentMethod(ports)({
        ...targeting(id),
        method: { face: { type: 'card', last4: '4242' }, token, asDefault },
      }),
    removeMethod: removePaymentMethod(ports),
    erase: (id: CustomerId) => eraseCustomer(ports)(targeting(id)),
    ...resolvePaymentMethod(ports),
    rotate: (request: Partial<RotateKeysRequest> = {}) =>
      rotate({ origin, settleMs: 0, onProgress: () => {}, ...request }),
  };
}
