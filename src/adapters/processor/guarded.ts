import type { Processor, ProcessorOutcomeUnknown, ProcessorUnavailable } from '../../ports/processor.ts';
import { circuit, type GuardTerms } from './circuit.ts';

/** A processor behind a circuit. `half_open` is while one call tries whether answers come again. */
export type GuardedProcessor = Processor & Readonly<{ circuit(): 'closed' | 'open' | 'half_open' }>;

const unavailable: ProcessorUnavailable = { kind: 'ProcessorUnavailable' };
const outcomeUnknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

/**
 * Waits no longer than `timeoutMs` for the processor; an answer that comes later is ignored, and recovery asks for it.
 * A processor that refuses answers at once and keeps the circuit closed. While the circuit is open a charge is refused
 * before any effect.
 */
export function guardedProcessor(processor: Processor, terms: GuardTerms): GuardedProcessor {
  const { guard, state } = circuit(terms, unavailable);
  return {
    routeOf: (config) => processor.routeOf(config),
    accepts: (paymentMethod) => processor.accepts(paymentMethod),
    charge: (order) => guard(() => processor.charge(order), outcomeUnknown),
    cancel: (query) => guard(() => processor.cancel(query), outcomeUnknown),
    move: (order) => guard(() => processor.move(order), outcomeUnknown),
    lookup: (query) => guard(() => processor.lookup(query), unavailable),
    circuit: state,
  };
}
