import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { approvalsStore } from '../../../src/adapters/memory/approvals/store.ts';
import { positionOf } from '../../../src/adapters/memory/store.ts';
import type { TamperedApprovals } from './approvals.ts';

/** Approvals in memory. */
export function tamperedApprovalsMemory(): TamperedApprovals {
  const store = approvalsStore();
  const storage = memoryApprovalsStorage(store);
  return {
    storage,
    hand: {
      async writePayment(payment) {
        const position = positionOf(store.sorted, payment.id);
        store.sorted.splice(position, store.sorted[position]?.id === payment.id ? 1 : 0, payment);
        store.payments.set(payment.id, { payment, changeId: 'hand' });
      },
      async writeLinks(id, links) {
        store.auditOf.set(id, [...links]);
      },
    },
    close: () => storage.close(),
  };
}
