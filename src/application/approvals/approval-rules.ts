import type { FraudThresholds } from '../../domain/approvals/fraud.ts';
import type { PayoutTerms } from '../../domain/approvals/payout.ts';
import type { ApprovalPolicy } from '../../domain/approvals/policy.ts';

/** What an installation may set. */
export type ApprovalRules = Readonly<{
  policy: ApprovalPolicy;
  thresholds: FraudThresholds;
  payouts: PayoutTerms;
  /** Whose `WorkCompleted` is believed. */
  eventSources: readonly string[];
}>;

export const DEFAULT_EVENT_SOURCES: readonly string[] = ['roadcall.incident-service'];
