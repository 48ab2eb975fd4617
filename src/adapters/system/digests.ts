import { createHash, createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto';
import type { Digests } from '../../ports/digests.ts';

/** `secret` is the installation's own, at least 32 bytes; every process that shares a store must share it. */
export function systemDigests(secret: string): Digests {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'paywright/fingerprint', 32)));
  return {
    sha256: (text) => hash('sha256', text, 'hex'),
    startSha256() {
      const running = createHash('sha256');
      return { update: (bytes) => void running.update(bytes), hex: () => running.digest('hex') };
    },
    fingerprint: (text) => createHmac('sha256', key).update(text).digest('hex'),
  };
}
