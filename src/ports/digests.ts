import type { Sha256 } from '../domain/kernel/audit-chain.ts';

export interface Digests {
  readonly sha256: Sha256;
  /** Keyed, so that a stored fingerprint says nothing about the payload it stands for. Stable across restarts. */
  fingerprint(text: string): string;
}
