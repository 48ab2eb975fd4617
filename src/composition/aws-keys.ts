import { kmsHealth } from '../adapters/aws/keys-health.ts';
import { kmsClient, kmsEndpointRisks } from '../adapters/aws/kms-client.ts';
import { type KmsKeys, kmsRotation, kmsSecretKeys } from '../adapters/aws/secret-keys.ts';
import { givenRing } from '../adapters/keys/given-ring.ts';
import type { RingEntry } from '../adapters/keys/ring.ts';
import { ringKeys } from '../adapters/keys/secret-keys.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { present } from '../domain/kernel/present.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { KeptKeys } from './kept-parts.ts';
import type { KeySettings } from './platform-settings.ts';

type KmsSettings = Extract<KeySettings, { kind: 'kms' }>;

/** Keys that KMS keeps. */
export function openKms({ region, keyId, indexKeyIds, former }: KmsSettings): KeptKeys {
  const kms: KmsKeys = {
    client: kmsClient({ region }),
    keyId,
    indexKeyIds,
    ...present({ former: former && formerRing(former) }),
  };
  return {
    secretKeys: kmsSecretKeys(kms),
    keyRotation: kmsRotation(kms),
    health: kmsHealth(kms, systemClock),
  };
}

/** What is a risk on the way to the key. Nothing is asked. */
export const kmsRisks = (settings: KmsSettings): Promise<readonly StorageRisk[]> =>
  kmsEndpointRisks({ ...settings, client: kmsClient(settings) });

const formerRing = (ring: readonly RingEntry[]) => ({
  ...ringKeys(givenRing(ring)),
  ids: ring.map(({ id }) => id),
});
