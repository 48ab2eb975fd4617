import { kmsHealth } from '../adapters/aws/keys-health.ts';
import { kmsClient } from '../adapters/aws/kms-client.ts';
import { type KmsKeys, kmsRotation, kmsSecretKeys } from '../adapters/aws/secret-keys.ts';
import { fileRing } from '../adapters/keys/file-ring.ts';
import { givenRing } from '../adapters/keys/given-ring.ts';
import type { RingEntry, RingSource } from '../adapters/keys/ring.ts';
import { ringKeys } from '../adapters/keys/secret-keys.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { present } from '../domain/kernel/present.ts';
import type { KeysHealth } from '../ports/keys-health.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';
import type { KeySettings } from './platform-settings.ts';

/** The keys that guard stored secrets, and how they rotate; `health` where a service keeps them. */
export type KeptKeys = Readonly<{
  secretKeys: SecretKeys;
  keyRotation: KeyRotation;
  health?: KeysHealth;
}>;

/** The one place that knows every keeper of keys. Asks it when a key is first used. */
export function openKeys(keys: KeySettings): KeptKeys {
  switch (keys.kind) {
    case 'file':
      return inRing(fileRing(keys.file, systemClock));
    case 'given':
      return inRing(givenRing(keys.ring));
    case 'kms': {
      const { region, keyId, indexKeyIds, former } = keys;
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
  }
}

const inRing = (ring: RingSource): KeptKeys => ({ secretKeys: ringKeys(ring), keyRotation: ring.rotation });

const formerRing = (ring: readonly RingEntry[]) => ({
  ...ringKeys(givenRing(ring)),
  ids: ring.map(({ id }) => id),
});
