import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { crashProof, type Extent } from '../crash-proof.ts';
import { type Request, SCENARIOS, type Scenario } from './scenarios.ts';
import { keyedWorld } from './world.ts';

/** The proof of what is made and changed in one commit under a key, and of work under a lease, on one storage. */
export const keyedProof = (adapter: string, open: () => Promise<Storage>, extent: Extent): void =>
  crashProof<Request, Scenario, Responded, Storage>(
    {
      name: `requests under a key on ${adapter}`,
      scenarios: SCENARIOS,
      // Between two requests what was replayed fails once more; payments are recovered.
      orders: ['retry, then recovery', 'recovery, then retry', 'what was late, then retry, then recovery'],
      effects: ['commit', 'add deliveries', 'save deliveries', 'charge'],
      open,
      rehearsal: memoryStorage,
      world: keyedWorld,
    },
    extent,
  );
