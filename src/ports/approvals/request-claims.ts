import type { ResultAsync } from 'neverthrow';
import type { RequestClaim, RequestKey } from '../../domain/approvals/request-claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { ClaimTaken } from '../commits.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/**
 * Idempotency claims of approvals; a claim on a change is written by its commit. Adapters must pass
 * `test/contract/approvals/request-claims.contract.ts`.
 */
export interface RequestClaims {
  /** Strongly consistent. A claim that has expired at `now` is not there, even while its row still is. */
  find(key: RequestKey, now: Instant): ResultAsync<RequestClaim | undefined, StorageUnavailable>;
  /**
   * Takes a key for a request that changed nothing. Refused while another change's claim on it has not expired at this
   * one's `createdAt`; the same claim again is Ok.
   */
  add(claim: RequestClaim): ResultAsync<void, ClaimTaken | StorageUnavailable>;
  /** Ends the hold of a payout's request. Does nothing where the key is not this change's any more. */
  release(claim: RequestClaim): ResultAsync<void, StorageUnavailable>;
}
