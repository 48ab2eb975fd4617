import { okAsync } from 'neverthrow';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { AuditFilter, AuditTrail } from '../../ports/audit-trail.ts';
import { chainKeyText, type MemoryStore } from './store.ts';

export const memoryAuditTrail = (store: MemoryStore): AuditTrail => ({
  ofPayment: (merchantId, id) => okAsync(linksOfPayment(store, merchantId, id)),
  ofAggregate: (merchantId, kind, id) =>
    okAsync(chainOf(store, kind, id).filter((entry) => entry.merchantId === merchantId)),
  list: (merchantId, filter, { limit, before }) =>
    okAsync(
      newest(
        store.auditOf,
        limit,
        (entry) =>
          entry.merchantId === merchantId &&
          (before === undefined || entry.id < before) &&
          matches(entry, filter),
      ),
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

/** The links of a payment and of its transactions, chain by chain. */
export const linksOfPayment = (store: MemoryStore, merchantId: MerchantId, id: PaymentId) =>
  [
    ...chainOf(store, 'payment', id),
    ...(store.transactionsOf.get(id) ?? []).flatMap((each) => chainOf(store, 'transaction', each.id)),
  ].filter((entry) => entry.merchantId === merchantId);

/** The newest of what is wanted, newest first. Sorts no more than a few pages, from the last chain on, which is the youngest. */
function newest(
  chains: ReadonlyMap<string, readonly AuditEntry[]>,
  limit: number,
  isWanted: (entry: AuditEntry) => boolean,
): readonly AuditEntry[] {
  let found: AuditEntry[] = [];
  let oldest = '';
  const cut = () => {
    found = found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
    if (found.length === limit) oldest = found.at(-1)?.id ?? '';
  };
  for (const chain of [...chains.values()].reverse())
    for (const entry of chain) {
      if (entry.id <= oldest || !isWanted(entry)) continue;
      found.push(entry);
      if (found.length > 4 * limit) cut();
    }
  cut();
  return found;
}

const chainOf = (store: MemoryStore, entityType: AuditEntry['entityType'], id: string) =>
  store.auditOf.get(chainKeyText(entityType, id)) ?? [];

const matches = (entry: AuditEntry, { entityType, entityId, from, to }: AuditFilter): boolean =>
  (entityType === undefined || entry.entityType === entityType) &&
  (entityId === undefined || entry.entityId === entityId) &&
  (from === undefined || entry.timestamp >= from) &&
  (to === undefined || entry.timestamp <= to);
