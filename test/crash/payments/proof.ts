import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { crashProof, type Extent } from '../crash-proof.ts';
import { ORDERS } from '../points.ts';
import { type Request, SCENARIOS, type Scenario } from './scenarios.ts';
import { paymentsWorld } from './world.ts';

/**
 * The proof of payments, modifications and transfers on one storage. Summaries are recounted in one world in
 * `oneRecountIn`: reading them is dear on DynamoDB.
 */
export const paymentsProof = (
  adapter: string,
  open: () => Promise<Storage>,
  { oneRecountIn, ...extent }: Extent & Readonly<{ oneRecountIn: number }>,
): void => {
  let worlds = 0;
  crashProof<Request, Scenario, Responded, Storage>(
    {
      name: `payments on ${adapter}`,
      scenarios: SCENARIOS,
      orders: ORDERS,
      effects: ['commit', 'charge', 'cancel', 'move'],
      open,
      rehearsal: memoryStorage,
      world: (storage, scenario) => paymentsWorld(storage, scenario, ++worlds % oneRecountIn === 0),
    },
    extent,
  );
};
