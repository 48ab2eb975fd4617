import type { Sha256 } from '../domain/kernel/audit-chain.ts';

/** A hash of bytes that come piece by piece; `hex` ends it. */
export type RunningDigest = Readonly<{ update(bytes: Uint8Array): void; hex(): string }>;

export interface Digests {
  readonly sha256: Sha256;
  /** The same of bytes that do not fit in memory. */
  startSha256(): RunningDigest;
  /** Keyed, so that a stored fingerprint says nothing about the payload it stands for. Stable across restarts. */
  fingerprint(text: string): string;
}
