import type { FraudThresholds } from '../../domain/approvals/fraud.ts';
import type { PayoutTerms } from '../../domain/approvals/payout.ts';
import type { ApprovalPolicy } from '../../domain/approvals/policy.ts';
import type { ClaimTerms } from '../../domain/kernel/claim.ts';

/** What an installation may set. */
export type ApprovalRules = Readonly<{
  policy: ApprovalPolicy;
  thresholds: FraudThresholds;
  payouts: PayoutTerms;
  /** How long an idempotency key is known. */
  claims: Pick<ClaimTerms, 'keepResponsesMs'>;
  /** Whose `WorkCompleted` is believed. */
  eventSources: readonly string[];
}>;

export const DEFAULT_EVENT_SOURCES: readonly string[] = ['roadcall.incident-service'];
