import { ResultAsync } from 'neverthrow';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Processor } from '../../src/ports/processor.ts';

/** The simulator; after `hold` the next charge waits until `release`. */
export function aProcessorThatHolds(clock: Clock) {
  const simulator = simulatedProcessor(simulatorLedger(':memory:'), clock);
  let next: Readonly<{ reached: () => void; released: Promise<void> }> | undefined;
  return {
    ...simulator,
    charge(order) {
      if (next === undefined) return simulator.charge(order);
      const { reached, released } = next;
      next = undefined;
      reached();
      return ResultAsync.fromSafePromise(released).andThen(() => simulator.charge(order));
    },
    hold() {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      next = { reached: reached.resolve, released: released.promise };
      return { reached: reached.promise, release: released.resolve };
    },
  } satisfies Processor & Readonly<{ hold: () => unknown }>;
}
