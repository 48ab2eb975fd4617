import { okAsync, type ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { Merchant, SealedConfig } from '../../domain/merchants/merchant.ts';
import type { OpenConfig } from '../../ports/processor.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';

/** What the processor must know to act for a merchant, in plain text: names and values of the processor's own. */
export type ProcessorConfig = Readonly<Record<string, string>>;

/** Seals a config under a data key of its own, which is new each time. Null and undefined stay as they are. */
export function sealProcessorConfig<Absent extends null | undefined>(
  vault: Vault,
  merchantId: MerchantId,
  config: ProcessorConfig | Absent,
): ResultAsync<SealedConfig | Absent, KeysUnavailable> {
  if (config === null || config === undefined) return okAsync(config);
  const owner = { merchantId, entityId: merchantId };
  return vault
    .newKey(owner)
    .andThen((key) =>
      vault
        .seal(owner, key, { [FIELD]: jsonText(config) })
        .map(({ [FIELD]: sealed = '' }) => ({ key, sealed })),
    );
}

/**
 * Opens a merchant's config for the processor; a merchant without one, or that is not there, has the empty one. No read; at
 * most one call to the keeper of keys, when the data key is not in the vault's memory. Throws on a config that was not
 * sealed for this merchant.
 */
export function openProcessorConfig(
  vault: Vault,
  merchant: Merchant | undefined,
): ResultAsync<OpenConfig, KeysUnavailable> {
  if (merchant?.processorConfig === undefined) return okAsync(EMPTY);
  const { key, sealed } = merchant.processorConfig;
  return vault
    .open({ merchantId: merchant.id, entityId: merchant.id }, key, { [FIELD]: sealed })
    .map(({ [FIELD]: text = '{}' }) => {
      const values = new Map(Object.entries(JSON.parse(text) as ProcessorConfig));
      return (name) => values.get(name);
    });
}

const EMPTY: OpenConfig = () => undefined;

const FIELD = 'processor_config';
