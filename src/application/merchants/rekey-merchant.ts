import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { changeMerchant } from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';

import { aggregateChange } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';

export type RekeyMerchantFailure = ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

export type RekeyMerchantPorts = MovePorts & Readonly<{ merchants: Merchants; secretKeys: SecretKeys }>;

const MOST_ATTEMPTS = 20;

/** Wraps the data key of a merchant's processor config by the current key. False when there is nothing to do. */
export function rekeyMerchant(
  ports: RekeyMerchantPorts,
  id: MerchantId,
  origin: Origin,
  left = MOST_ATTEMPTS,
): ResultAsync<boolean, RekeyMerchantFailure> {
  return safeTry<boolean, RekeyMerchantFailure>(async function* () {
    const before = yield* ports.merchants.find(id);
    const config = before?.processorConfig;
    if (before === undefined || config === undefined) return ok(false);
    const key = yield* ports.secretKeys.rewrap({ merchantId: id, entityId: id }, config.key);
    const at = ports.clock.now();
    const next = changeMerchant(before, { processorConfig: { ...config, key } }, at);
    if (next === before) return ok(false);
    const change = aggregateChange(ports, { at, origin, action: 'merchant.rekeyed', before, next });
    const committed = await ports.commits.commit(change);
    if (committed.isOk()) return ok(true);
    if (committed.error.kind === 'StorageUnavailable') return err(committed.error);
    return left > 1 ? rekeyMerchant(ports, id, origin, left - 1) : err(meanwhile);
  });
}

const meanwhile: ChangedMeanwhile = { kind: 'ChangedMeanwhile' };
