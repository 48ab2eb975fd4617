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
import type { Processor, ProcessorOutcomeUnknown, ProcessorUnavailable } from '../../ports/processor.ts';

export type GuardTerms = Readonly<{
  timeoutMs: number;
  /** How many calls in a row must go unanswered before no more are sent. */
  opensAfter: number;
  /** How long nothing is sent; then one call tries, and the others wait for how it ends. */
  staysOpenMs: number;
}>;

/** A processor behind a circuit. `half_open` is while one call tries whether answers come again. */
export type GuardedProcessor = Processor & Readonly<{ circuit(): 'closed' | 'open' | 'half_open' }>;

const unavailable: ProcessorUnavailable = { kind: 'ProcessorUnavailable' };
const outcomeUnknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

/**
 * Waits no longer than `timeoutMs` for the processor; an answer that comes later is ignored, and recovery asks for it.
 * Only silence opens the circuit, because only silence holds requests up: a processor that refuses answers at once.
 * While the circuit is open nothing is sent, so a charge is refused before any effect.
 */
export function guardedProcessor(processor: Processor, terms: GuardTerms): GuardedProcessor {
  const breaker = circuitBreaker(handleWhen(isTaskCancelledError), {
    breaker: new ConsecutiveBreaker(terms.opensAfter),
    halfOpenAfter: terms.staysOpenMs,
  });
  const policy = wrap(breaker, timeout(terms.timeoutMs, TimeoutStrategy.Aggressive));

  const guard = <T, E, S>(call: () => PromiseLike<Result<T, E>>, silence: S) =>
    new ResultAsync<T, E | S | ProcessorUnavailable>(
      policy.execute<Result<T, E | S | ProcessorUnavailable>>(call).catch((fault: unknown) => {
        if (isBrokenCircuitError(fault)) return err(unavailable);
        if (isTaskCancelledError(fault)) return err(silence);
        throw fault;
      }),
    );

  return {
    accepts: (paymentMethod) => processor.accepts(paymentMethod),
    charge: (order) => guard(() => processor.charge(order), outcomeUnknown),
    move: (order) => guard(() => processor.move(order), outcomeUnknown),
    lookup: (reference) => guard(() => processor.lookup(reference), unavailable),
    circuit: () => CIRCUITS[breaker.state],
  };
}

/** Nobody isolates the circuit by hand; it would send as little as an open one. */
const CIRCUITS = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
} as const;
