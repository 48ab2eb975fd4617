import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  changeMerchant as changed,
  type Merchant,
  type MerchantChange,
} from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import type { MerchantPorts } from './create-merchant.ts';
import { getMerchant, type MerchantNotFound } from './get-merchant.ts';
import { type ProcessorConfig, sealProcessorConfig } from './merchant-secrets.ts';

export type ChangeMerchantRequest = Omit<MerchantChange, 'processorConfig'> &
  Readonly<{ id: MerchantId; processorConfig?: ProcessorConfig | null; origin: Origin }>;

export type ChangeMerchantFailure =
  | MerchantNotFound
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Changes the fields that are named, in one version with its audit link, and gives the merchant as it is then. Rivals
 * are taken one after the other, so none loses what another changed; the same again writes nothing. A suspension binds
 * every payment that begins after this resolves.
 */
export type ChangeMerchant = (request: ChangeMerchantRequest) => ResultAsync<Merchant, ChangeMerchantFailure>;

const MOST_ATTEMPTS = 10;

export const changeMerchant = (ports: MerchantPorts & Readonly<{ merchants: Merchants }>): ChangeMerchant => {
  const find = getMerchant(ports);
  return ({ id, origin, processorConfig, ...fields }) =>
    find(id)
      .andThen(() => sealProcessorConfig(ports.vault, id, processorConfig))
      .andThen((config) =>
        attempt(id, { ...fields, ...present({ processorConfig: config }) }, origin, MOST_ATTEMPTS),
      );

  function attempt(
    id: MerchantId,
    change: MerchantChange,
    origin: Origin,
    left: number,
  ): ResultAsync<Merchant, ChangeMerchantFailure> {
    return find(id).andThen((before) => {
      const at = ports.clock.now();
      const next = changed(before, change, at);
      if (next === before) return okAsync(before);
      const action = next.status === before.status ? 'merchant.changed' : ACTIONS[next.status];
      return ports.commits
        .commit(aggregateChange(ports, { at, origin, action, before, next }))
        .map(() => next)
        .orElse<Merchant, ChangeMerchantFailure>((failure) => {
          if (failure.kind === 'StorageUnavailable') return errAsync(failure);
          return left > 1 ? attempt(id, change, origin, left - 1) : errAsync({ kind: 'ChangedMeanwhile' });
        });
    });
  }
};

const ACTIONS = { suspended: 'merchant.suspended', active: 'merchant.resumed' } as const;
