import type { RecoverPayments } from '../../application/recover-payments.ts';
import type { Platform } from '../../composition/compose.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Processor } from '../../ports/processor.ts';
import { gaugeOf, measured, type PlatformMetrics } from '../http/metrics.ts';
import type { PlatformAppParts } from '../http/platform-app.ts';

type UseCases = Pick<
  PlatformAppParts,
  'processPayment' | 'processBatch' | 'movePayment' | 'getPayment' | 'listPayments'
>;

/** The use cases that HTTP offers, each timed by outcome. */
export function measuredUseCases(platform: Platform, { useCases }: PlatformMetrics): UseCases {
  const as = (use_case: string) => (seconds: number, outcome: string) =>
    useCases.observe({ use_case, outcome }, seconds);
  return {
    processPayment: measured(platform.get(TOKENS.processPayment), as('process_payment')),
    processBatch: measured(platform.get(TOKENS.processBatch), as('process_batch')),
    movePayment: measured(platform.get(TOKENS.movePayment), as('move_payment')),
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
    move: measured((order) => processor.move(order), as('move')),
    lookup: measured((reference) => processor.lookup(reference), as('lookup')),
  };
}

/** The same recovery, its rounds timed and what they did counted. */
export function measuredRecovery(recover: RecoverPayments, metrics: PlatformMetrics): RecoverPayments {
  const timed = measured(recover, (seconds, outcome) =>
    metrics.useCases.observe({ use_case: 'recover_payments', outcome }, seconds),
  );
  return (limit) =>
    timed(limit).map((round) => {
      for (const outcome of ['settled', 'waiting', 'skipped'] as const)
        metrics.recovery.inc({ outcome }, round[outcome]);
      return round;
    });
}

/** What is read from the running parts at each scrape: the processor's circuit, and the pool where there is one. */
export function watchParts(platform: Platform, metrics: PlatformMetrics): void {
  const { circuit } = platform.get(TOKENS.guardedProcessor);
  gaugeOf(
    metrics,
    {
      name: 'paywright_processor_circuit',
      help: '1 for the state the circuit to the processor is in; while it is open no charge is sent.',
      label: 'state',
    },
    () => ({ closed: 0, open: 0, half_open: 0, [circuit()]: 1 }),
  );
  const { poolUse } = platform.get(TOKENS.storageRoom);
  if (poolUse === undefined) return;
  gaugeOf(
    metrics,
    {
      name: 'paywright_postgres_connections',
      help: 'Connections of the pool in use and idle, and the calls waiting for one.',
      label: 'state',
    },
    () => {
      const { inUse, idle, waiting } = poolUse();
      return { in_use: inUse, idle, waiting };
    },
  );
}
