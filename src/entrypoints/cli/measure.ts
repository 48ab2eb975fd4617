import type { Platform } from '../../composition/compose.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Processor } from '../../ports/processor.ts';
import { measured, type PlatformMetrics } from '../http/metrics.ts';
import type { PlatformAppParts } from '../http/platform-app.ts';

type UseCases = Pick<PlatformAppParts, 'processPayment' | 'processBatch' | 'getPayment' | 'listPayments'>;

/** The use cases that HTTP offers, each timed by outcome. */
export function measuredUseCases(platform: Platform, { useCases }: PlatformMetrics): UseCases {
  const as = (use_case: string) => (seconds: number, outcome: string) =>
    useCases.observe({ use_case, outcome }, seconds);
  return {
    processPayment: measured(platform.get(TOKENS.processPayment), as('process_payment')),
    processBatch: measured(platform.get(TOKENS.processBatch), as('process_batch')),
    getPayment: measured(platform.get(TOKENS.getPayment), as('get_payment')),
    listPayments: measured(platform.get(TOKENS.listPayments), as('list_payments')),
  };
}

/** The same processor, its calls timed by outcome; a call that an open circuit refused counts too. */
export function measuredProcessor(processor: Processor, metrics: PlatformMetrics): Processor {
  const as = (call: string) => (seconds: number, outcome: string) =>
    metrics.processor.observe({ call, outcome }, seconds);
  return {
    accepts: (paymentMethod) => processor.accepts(paymentMethod),
    charge: measured((order) => processor.charge(order), as('charge')),
    lookup: measured((reference) => processor.lookup(reference), as('lookup')),
  };
}
