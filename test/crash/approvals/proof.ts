import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { crashProof, type Extent } from '../crash-proof.ts';
import { ORDERS } from '../points.ts';
import { type Request, SCENARIOS, type Scenario } from './scenarios.ts';
import { approvalsWorld } from './world.ts';

/** The proof of vendors' payments on one storage. No key of theirs is ever given up. */
export const approvalsProof = (
  adapter: string,
  open: () => Promise<ApprovalsStorage>,
  extent: Extent,
): void =>
  crashProof<Request, Scenario, VendorPayment | undefined, ApprovalsStorage>(
    {
      name: `approvals on ${adapter}`,
      scenarios: SCENARIOS,
      orders: ORDERS.filter((order) => !order.includes('given up')),
      effects: ['commit', 'pay', 'claim', 'release'],
      open,
      rehearsal: memoryApprovalsStorage,
      world: (storage, scenario) => Promise.resolve(approvalsWorld(storage, scenario)),
    },
    extent,
  );
