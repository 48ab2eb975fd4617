import {
  CircuitState,
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

export type GuardTerms = Readonly<{
  timeoutMs: number;
  /** How many calls in a row must go unanswered before no more are sent. */
  opensAfter: number;
  /** How long nothing is sent; then one call tries, and the others wait for how it ends. */
  staysOpenMs: number;
}>;

/**
 * Calls that wait no longer than `timeoutMs` and then end in their `silence`; an answer that comes later is ignored. Only
 * silence opens the circuit, because only silence holds requests up. While it is open nothing is sent, and calls end in
 * `unavailable`.
 */
export function circuit<Unavailable>(terms: GuardTerms, unavailable: Unavailable) {
  const breaker = circuitBreaker(handleWhen(isTaskCancelledError), {
    breaker: new ConsecutiveBreaker(terms.opensAfter),
    halfOpenAfter: terms.staysOpenMs,
  });
  // An answer aborts nothing: each abort would build an exception with its stack that is thrown away.
  const policy = wrap(
    breaker,
    timeout(terms.timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
  );
  return {
    guard: <T, E, Silence>(call: () => PromiseLike<Result<T, E>>, silence: Silence) =>
      new ResultAsync<T, E | Silence | Unavailable>(
        policy.execute<Result<T, E | Silence | Unavailable>>(call).catch((fault: unknown) => {
          if (isBrokenCircuitError(fault)) return err(unavailable);
          if (isTaskCancelledError(fault)) return err(silence);
          throw fault;
        }),
      ),
    state: () => CIRCUITS[breaker.state],
  };
}

/** The circuit is never isolated by hand; it would send as little as an open one. */
const CIRCUITS = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
} as const;
