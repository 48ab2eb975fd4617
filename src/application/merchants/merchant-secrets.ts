import { okAsync, type ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { SealedConfig } from '../../domain/merchants/merchant.ts';
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

const FIELD = 'processor_config';
