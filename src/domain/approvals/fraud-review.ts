import type { Instant } from '../kernel/instant.ts';

/** What a payment turned out to be. */
export const REVIEW_OUTCOMES = ['legitimate', 'fraud'] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

/** A person's finding on a payment; the newest stands, and those before it are in the audit log. */
export type FraudReview = Readonly<{ outcome: ReviewOutcome; by: string; at: Instant; notes?: string }>;

/** The payment was judged a fraud: it is neither approved nor paid, unless a later review finds otherwise. */
export type JudgedFraud = Readonly<{ kind: 'JudgedFraud' }>;
