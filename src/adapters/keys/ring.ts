import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeyRotation } from '../../ports/secret-keys.ts';

/** One key of a ring. `secret` is 32 random bytes in base64url. */
export type RingEntry = Readonly<{ id: string; secret: string }>;

/** What one secret is used for, each use with a key of its own. A key that is `leaving` only unwraps. */
export type RingKey = Readonly<{ id: string; wrapping: KeyObject; indexing: KeyObject; leaving: boolean }>;

/** The current key first. */
export type Ring = readonly [RingKey, ...RingKey[]];

/** Where a ring is kept. */
export interface RingSource {
  /** The ring as it was a second ago at the most; as it is now, when `fresh`. */
  read(fresh?: boolean): Ring;
  readonly rotation: KeyRotation;
}

export function ringKey({ id, secret }: RingEntry, leaving = false): RingKey {
  const bytes = Buffer.from(secret, 'base64url');
  if (bytes.length !== 32) throw new Error(`the key ${id} has not 32 bytes`);
  const derived = (use: string) => createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', use, 32)));
  return { id, wrapping: derived('paywright/wrap'), indexing: derived('paywright/index'), leaving };
}

export function ringOf(keys: readonly RingKey[]): Ring {
  const [current, ...older] = keys;
  if (current === undefined) throw new Error('a ring of keys is empty');
  return [current, ...older];
}
