import { okAsync } from 'neverthrow';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { AuditFilter, AuditTrail } from '../../ports/audit-trail.ts';
import { chainKeyText, type MemoryStore } from './store.ts';

export const memoryAuditTrail = (store: MemoryStore): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    okAsync(
      [
        ...chainOf(store, 'payment', id),
        ...(store.transactionsOf.get(id) ?? []).flatMap((each) => chainOf(store, 'transaction', each.id)),
      ].filter((entry) => entry.merchantId === merchantId),
    ),
  ofAggregate: (merchantId, kind, id) =>
    okAsync(chainOf(store, kind, id).filter((entry) => entry.merchantId === merchantId)),
  list: (merchantId, filter, { limit, before }) =>
    okAsync(
      [...store.auditOf.values()]
        .flat()
        .filter((entry) => entry.merchantId === merchantId && matches(entry, filter))
        .filter(({ id }) => before === undefined || id < before)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    ),
  tenants: () =>
    okAsync(
      [
        ...new Set([
          ...[...store.aggregates.values()].map(({ aggregate }) => aggregate.merchantId),
          ...[...store.auditOf.values()].flat().map(({ merchantId }) => merchantId),
        ]),
      ].sort(),
    ),
});

const chainOf = (store: MemoryStore, entityType: AuditEntry['entityType'], id: string) =>
  store.auditOf.get(chainKeyText(entityType, id)) ?? [];

const matches = (entry: AuditEntry, { entityType, entityId, from, to }: AuditFilter): boolean =>
  (entityType === undefined || entry.entityType === entityType) &&
  (entityId === undefined || entry.entityId === entityId) &&
  (from === undefined || entry.timestamp >= from) &&
  (to === undefined || entry.timestamp <= to);
