import type { Claim } from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Change, Guarded } from '../../ports/commits.ts';

/** A commit that moves nothing but the claim: a take-over, an answer given without a payment. */
export const claimChange = (claim: Guarded<Claim>, at: Instant): Change => ({
  id: claim.next.changeId,
  at,
  claim,
  transactions: [],
  aggregates: [],
  entries: [],
  tallies: [],
  audit: [],
  events: [],
});
