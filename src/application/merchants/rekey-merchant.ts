import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { changeMerchant, type Merchant } from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { updateAggregate } from '../kernel/update-aggregate.ts';

export type RekeyMerchantFailure = ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

export type RekeyMerchantPorts = MovePorts & Readonly<{ merchants: Merchants; secretKeys: SecretKeys }>;

/** Wraps the data key of a merchant's processor config by the current key. False when there is nothing to do. */
export const rekeyMerchant = (
  ports: RekeyMerchantPorts,
  { id, version }: Merchant,
  origin: Origin,
): ResultAsync<boolean, RekeyMerchantFailure> =>
  updateAggregate(ports)<Merchant | undefined, Merchant, KeysUnavailable | StorageUnavailable>(
    { merchantId: id, id, origin, find: () => ports.merchants.find(id) },
    (before, at) => {
      const config = before?.processorConfig;
      if (before === undefined || config === undefined) return okAsync(undefined);
      return ports.secretKeys.rewrap({ merchantId: id, entityId: id }, config.key).map((key) => {
        const next = changeMerchant(before, { processorConfig: { ...config, key } }, at);
        return next === before ? undefined : { action: 'merchant.rekeyed', next };
      });
    },
  ).map((merchant) => merchant !== undefined && merchant.version !== version);
