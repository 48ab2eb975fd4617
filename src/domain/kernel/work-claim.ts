import { type Claim, type ClaimKey, type ClaimTerms, type Completed, respondedClaim } from './claim.ts';
import type { Instant } from './instant.ts';

/**
 * When a keyed request's work began, for every repeat of it: what the work writes follows from `at` and `name`, which no
 * other request's work has both. Until `aloneUntil` no other process works under the key, so what is found done since `at`
 * was then not done for this request.
 */
export type Begun = Readonly<{ at: Instant; name: string; aloneUntil: Instant }>;

/** The time of what such work does, never before it began, however the clocks of those differ who do it. */
export const timeIn = (begun: Begun | undefined, now: Instant): Instant => Math.max(now, begun?.at ?? now);

type Step = Readonly<{ changeId: string; now: Instant }>;

/**
 * The claim of work that is many writes, made before the first of them. It keeps, in place of a response, until when its
 * holder has it; after that a repeat takes it over under a higher fence and does the work again. It lapses like a response.
 */
export const beginWork = (
  key: ClaimKey,
  facts: Readonly<{ fingerprint: string; requestId: string }>,
  step: Step,
  terms: ClaimTerms,
): Completed => respondedClaim(key, { ...facts, response: heldText(step.now + terms.leaseMs) }, step, terms);

/** Until when a process has the work of this claim; undefined: the work has ended, and the claim keeps its response. */
export function heldUntil({ kept }: Claim): Instant | undefined {
  const [, until] = HELD.exec(kept?.response ?? '') ?? [];
  return until === undefined ? undefined : Number(until);
}

/** Takes over work whose holder's time is over. */
export const takeOverWork = (claim: Claim, step: Step, terms: ClaimTerms): Completed =>
  keptInstead(claim, step, heldText(step.now + terms.leaseMs), claim.createdAt + terms.keepResponsesMs);

/** What was done is not known: the next repeat does the work again, without waiting for the lease. */
export const leaveWork = (claim: Claim, step: Step, terms: ClaimTerms): Completed =>
  keptInstead(claim, step, heldText(step.now), claim.createdAt + terms.keepResponsesMs);

/** Nothing was done: the claim has lapsed, and the key is free for any request. */
export const dropWork = (claim: Claim, step: Step): Completed =>
  keptInstead(claim, step, heldText(step.now), claim.createdAt);

export const endWork = (claim: Claim, response: string, step: Step, terms: ClaimTerms): Completed =>
  keptInstead(claim, step, response, step.now + terms.keepResponsesMs);

export const begunOf = ({ merchantId, operation, key, createdAt }: Claim, aloneUntil: Instant): Begun => ({
  at: createdAt,
  name: `${merchantId} ${operation} ${key}`,
  aloneUntil,
});

/** No response begins so. */
const HELD = /^held until (\d+)$/;

const heldText = (until: Instant): string => `held until ${until}`;

function keptInstead(
  { merchantId, operation, key, fingerprint, requestId, createdAt, fence }: Claim,
  { changeId }: Step,
  response: string,
  expiresAt: Instant,
): Completed {
  const known = { merchantId, operation, key, fingerprint, requestId, createdAt };
  return { ...known, fence: fence + 1, changeId, state: 'completed', kept: { response, expiresAt } };
}
