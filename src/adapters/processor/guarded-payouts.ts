import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
  isTaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { err, type Result, ResultAsync } from 'neverthrow';
import type { PayoutOutcomeUnknown, Payouts, PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import type { GuardTerms } from './guarded.ts';

const unavailable: PayoutsUnavailable = { kind: 'PayoutsUnavailable' };
const outcomeUnknown: PayoutOutcomeUnknown = { kind: 'PayoutOutcomeUnknown' };

/**
 * Waits no longer than `timeoutMs`; an answer that comes later is ignored, and recovery asks for it. Silences in a row
 * open the circuit, and while it is open nothing is sent.
 */
export function guardedPayouts(payouts: Payouts, terms: GuardTerms): Payouts {
  const policy = wrap(
    circuitBreaker(handleWhen(isTaskCancelledError), {
      breaker: new ConsecutiveBreaker(terms.opensAfter),
      halfOpenAfter: terms.staysOpenMs,
    }),
    timeout(terms.timeoutMs, TimeoutStrategy.Aggressive),
  );
  const guard = <T, E, S>(call: () => PromiseLike<Result<T, E>>, silence: S) =>
    new ResultAsync<T, E | S | PayoutsUnavailable>(
      policy.execute<Result<T, E | S | PayoutsUnavailable>>(call).catch((fault: unknown) => {
        if (isBrokenCircuitError(fault)) return err(unavailable);
        if (isTaskCancelledError(fault)) return err(silence);
        throw fault;
      }),
    );
  return {
    pay: (order) => guard(() => payouts.pay(order), outcomeUnknown),
    lookup: (reference) => guard(() => payouts.lookup(reference), unavailable),
  };
}
