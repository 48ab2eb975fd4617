import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  changeMerchant as changed,
  type Merchant,
  type MerchantChange,
} from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { onExpectedVersion, updateAggregate } from '../kernel/update-aggregate.ts';
import { type ProcessorConfig, sealProcessorConfig } from './merchant-secrets.ts';
import { getMerchant, type MerchantNotFound } from './read-merchants.ts';

export type ChangeMerchantRequest = Omit<MerchantChange, 'processorConfig'> &
  Expecting &
  Readonly<{ id: MerchantId; processorConfig?: ProcessorConfig | null; origin: Origin }>;

export type ChangeMerchantFailure =
  | MerchantNotFound
  | VersionMismatch
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Changes the fields that are named, in one version with its audit link, and gives the merchant as it is then. Rivals
 * are taken one after the other, so none loses what another changed; the same again writes nothing. A suspension binds
 * every payment that begins after this resolves.
 */
export type ChangeMerchant = (request: ChangeMerchantRequest) => ResultAsync<Merchant, ChangeMerchantFailure>;

export type ChangeMerchantPorts = MovePorts & Readonly<{ merchants: Merchants; vault: Vault }>;

export const changeMerchant = (ports: ChangeMerchantPorts): ChangeMerchant => {
  const find = getMerchant(ports);
  const update = updateAggregate(ports);
  return ({ id, origin, processorConfig, expectedVersions, ...fields }) =>
    find(id)
      .andThen(() => sealProcessorConfig(ports.vault, id, processorConfig))
      .andThen((config) => {
        const change: MerchantChange = { ...fields, ...present({ processorConfig: config }) };
        return update<Merchant, Merchant, MerchantNotFound | VersionMismatch | StorageUnavailable>(
          { merchantId: id, id, origin, find: () => find(id) },
          onExpectedVersion(present({ expectedVersions }), (before, at) => {
            const next = changed(before, change, at);
            return okAsync(next === before ? undefined : { action: actionOf(before, next), next });
          }),
        );
      });
};

const ACTIONS = { suspended: 'merchant.suspended', active: 'merchant.resumed' } as const;

const actionOf = (before: Merchant, next: Merchant): string =>
  next.status === before.status ? 'merchant.changed' : ACTIONS[next.status];
