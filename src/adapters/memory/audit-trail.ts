import { okAsync } from 'neverthrow';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { MemoryStore } from './store.ts';

export const memoryAuditTrail = (store: MemoryStore): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    okAsync(
      [id, ...(store.transactionsOf.get(id) ?? []).map((transaction) => transaction.id)]
        .flatMap((entityId) => store.auditOf.get(entityId) ?? [])
        .filter((entry) => entry.merchantId === merchantId),
    ),
});
