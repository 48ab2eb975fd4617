import { type Claim, type ClaimKey, hasEffect } from './claim.ts';
import type { Instant } from './instant.ts';

/**
 * Beside a claim without an effect, in its commit: no other row would say that there was such a claim. It counts for as long as
 * the claim's response is kept.
 */
export type ClaimTrace = ClaimKey & Readonly<{ createdAt: Instant; expiresAt: Instant }>;

/** The trace of a claim without an effect; undefined for one that its payment or transfer speaks for. */
export function traceOf(claim: Claim): ClaimTrace | undefined {
  const { merchantId, operation, key, createdAt, kept } = claim;
  return hasEffect(claim) || kept === undefined
    ? undefined
    : { merchantId, operation, key, createdAt, expiresAt: kept.expiresAt };
}
