import { ConsecutiveBreaker, circuitBreaker, handleAll, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ResultAsync } from 'neverthrow';
import type { FraudAssessment } from '../../domain/approvals/fraud.ts';
import type { FraudScorer, ScorerUnavailable } from '../../ports/approvals/fraud-scorer.ts';

export type ScorerTerms = Readonly<{
  timeoutMs: number;
  /** How many questions in a row must fail or go unanswered before none are asked. */
  opensAfter: number;
  /** How long none are; then one tries, and the others go without a score until it has ended. */
  staysOpenMs: number;
}>;

export const DEFAULT_SCORER_TERMS: ScorerTerms = { timeoutMs: 5_000, opensAfter: 5, staysOpenMs: 30_000 };

/**
 * Waits no longer than `timeoutMs` for a score, and asks no scorer that has ceased to answer. Whatever goes wrong, a
 * throw included, counts as a scorer that is away.
 */
export function guardedFraudScorer(scorer: FraudScorer, terms: ScorerTerms): FraudScorer {
  const policy = wrap(
    circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(terms.opensAfter),
      halfOpenAfter: terms.staysOpenMs,
    }),
    timeout(terms.timeoutMs, TimeoutStrategy.Aggressive),
  );
  const ask = ResultAsync.fromThrowable(
    (...asked: Parameters<FraudScorer['score']>): Promise<FraudAssessment> =>
      policy.execute(async () => {
        const answer = await scorer.score(...asked);
        // The circuit counts what is thrown.
        if (answer.isErr()) throw answer.error.cause ?? answer.error;
        return answer.value;
      }),
    (cause): ScorerUnavailable => ({ kind: 'ScorerUnavailable', cause }),
  );
  return { score: (order, at, known) => ask(order, at, known) };
}
