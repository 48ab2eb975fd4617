import { present } from '../../src/domain/kernel/present.ts';
import type { ChargeOrder, Processor } from '../../src/ports/processor.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { noConfig } from '../fixtures/vault.ts';

/** A processor as the platform asks it: what it calls a charge is kept by our reference, and named in every later call. */
export function platformCharges(processor: () => Processor) {
  const ids = new Map<string, string>();
  const known = (reference: string) => present({ processorId: ids.get(reference) });
  return {
    /** Names the charge in a modification of it. */
    chargeNamed: (reference: string) => present({ chargeId: ids.get(reference) }),
    /** What is opened first is charged again under its id. */
    charge: async (asked: ChargeOrder) => {
      const first = await processor().charge({ ...known(asked.reference), ...asked });
      if (first.isOk()) ids.set(asked.reference, first.value.processorId);
      return first.isOk() && 'awaits' in first.value && first.value.awaits === 'confirmation'
        ? processor().charge({ ...asked, processorId: first.value.processorId })
        : first;
    },
    lookup: (reference: string) =>
      processor().lookup({ reference, merchantId: aMerchantId(), config: noConfig, ...known(reference) }),
  };
}
