import type { Origin } from '../../domain/kernel/actor.ts';
import type { LinkOfChange, Unsealed } from '../../domain/kernel/audit-chain.ts';
import { type AuditEntry, auditTrailChain } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';

/** One change of one entity, to be linked to its chain. */
export type Audited = Readonly<{
  at: Instant;
  origin: Origin;
  merchantId: MerchantId;
  entity: Pick<AuditEntry, 'entityType' | 'entityId' | 'sequence' | 'action'>;
  change: LinkOfChange;
}>;

/** The next link of an entity's chain. */
export function auditLink(
  { ids, digests }: Readonly<{ ids: Ids; digests: Digests }>,
  { at, origin, merchantId, entity, change }: Audited,
): AuditEntry {
  const link: { -readonly [Name in keyof Unsealed<AuditEntry>]: AuditEntry[Name] } = {
    id: ids.auditEntry(at),
    entityType: entity.entityType,
    entityId: entity.entityId,
    sequence: entity.sequence,
    action: entity.action,
    merchantId,
    actor: origin.actor,
    after: change.after,
    previousHash: change.previousHash,
    metadata: { request_id: origin.requestId },
    timestamp: at,
  };
  if (change.before !== undefined) link.before = change.before;
  if (origin.ipAddress !== undefined) link.ipAddress = origin.ipAddress;
  if (origin.userAgent !== undefined) link.userAgent = origin.userAgent;
  return auditTrailChain.seal(link, digests.sha256);
}
