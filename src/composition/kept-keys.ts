import { fileRing } from '../adapters/keys/file-ring.ts';
import { givenRing } from '../adapters/keys/given-ring.ts';
import type { RingSource } from '../adapters/keys/ring.ts';
import { ringKeys } from '../adapters/keys/secret-keys.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { openKms } from './aws-on-demand.ts';
import type { KeptKeys } from './kept-parts.ts';
import type { KeySettings } from './platform-settings.ts';

/** The one place that knows every keeper of keys. Asks it when a key is first used. */
export function openKeys(keys: KeySettings): KeptKeys {
  switch (keys.kind) {
    case 'file':
      return inRing(fileRing(keys.file, systemClock));
    case 'given':
      return inRing(givenRing(keys.ring));
    case 'kms':
      return openKms(keys);
  }
}

const inRing = (ring: RingSource): KeptKeys => ({ secretKeys: ringKeys(ring), keyRotation: ring.rotation });
