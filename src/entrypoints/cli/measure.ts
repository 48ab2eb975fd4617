import { RECOVERY_ENDS } from '../../application/kernel/recovery-round.ts';
import type { RecoverPayments } from '../../application/payments/recover-payments.ts';
import type { Service } from '../../composition/compose-service.ts';
import type { OpenStorage } from '../../composition/open-storage.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Processor } from '../../ports/processor.ts';
import { measured } from '../http/server/measurements.ts';
import { gaugeOf, type PlatformMetrics } from '../http/server/metrics.ts';

/** The same use cases, each timed by outcome under its name in snake case. */
export function measuredUseCases<Cases extends object>(useCases: Cases, metrics: PlatformMetrics): Cases {
  const timed = Object.entries(useCases).map(([name, useCase]) => {
    const use_case = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const record = (seconds: number, outcome: string) =>
      metrics.useCases.observe({ use_case, outcome }, seconds);
    return [name, measured(useCase as Parameters<typeof measured>[0], record)];
  });
  return Object.fromEntries(timed) as Cases;
}

/** The same processor, its calls timed by outcome; a call that an open circuit refused counts too. */
export function measuredProcessor(processor: Processor, metrics: PlatformMetrics): Processor {
  const as = (call: string) => (seconds: number, outcome: string) =>
    metrics.processor.observe({ call, outcome }, seconds);
  return {
    routeOf: (config) => processor.routeOf(config),
    accepts: (paymentMethod) => processor.accepts(paymentMethod),
    charge: measured((order) => processor.charge(order), as('charge')),
    cancel: measured((query) => processor.cancel(query), as('cancel')),
    move: measured((order) => processor.move(order), as('move')),
    lookup: measured((query) => processor.lookup(query), as('lookup')),
  };
}

/** The same recovery, what its rounds did counted. */
export const countedRecovery =
  (recover: RecoverPayments, metrics: PlatformMetrics): RecoverPayments =>
  (limit) =>
    recover(limit).map((round) => {
      for (const outcome of RECOVERY_ENDS) metrics.recovery.inc({ outcome }, round[outcome]);
      return round;
    });

/** What is read from the running parts at each scrape: the processor's circuit, and the pool where there is one. */
export function watchParts(platform: Service, metrics: PlatformMetrics): void {
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
  watchPool(metrics, platform.get(TOKENS.openStorage));
}

/** The pool of one service, where there is one; the platform's unless another is named. */
export function watchPool(
  metrics: PlatformMetrics,
  { poolUse }: Pick<OpenStorage, 'poolUse'>,
  name = 'paywright_postgres_connections',
): void {
  if (poolUse === undefined) return;
  gaugeOf(
    metrics,
    { name, help: 'Connections of the pool in use and idle, and the calls waiting for one.', label: 'state' },
    () => {
      const { inUse, idle, waiting } = poolUse();
      return { in_use: inUse, idle, waiting };
    },
  );
}
