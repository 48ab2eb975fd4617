import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { crashProof, type Extent } from '../crash-proof.ts';
import { type Request, SCENARIOS, type Scenario } from './scenarios.ts';
import { resolutionsWorld } from './world.ts';

/**
 * The proof of what two people say became of a charge, capture, refund or void in attention, on one storage. Ledger and summaries are
 * recounted in one world in `oneRecountIn`: reading them is dear on DynamoDB.
 */
export const resolutionsProof = (
  adapter: string,
  open: () => Promise<Storage>,
  { oneRecountIn, ...extent }: Extent & Readonly<{ oneRecountIn: number }>,
): void => {
  let worlds = 0;
  crashProof<Request, Scenario, Responded, Storage>(
    {
      name: `resolutions on ${adapter}`,
      scenarios: SCENARIOS,
      orders: [
        'retry, then recovery',
        'recovery, then retry',
        'retry and recovery at once',
        'retry, then what was late, then recovery',
        'what was late, then retry, then recovery',
      ],
      effects: ['commit'],
      open,
      rehearsal: memoryStorage,
      world: (storage, scenario) => resolutionsWorld(storage, scenario, ++worlds % oneRecountIn === 0),
    },
    extent,
  );
};
