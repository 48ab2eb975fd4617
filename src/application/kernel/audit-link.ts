import type { Origin } from '../../domain/kernel/actor.ts';
import { linkOfChange } from '../../domain/kernel/audit-chain.ts';
import { type AuditEntry, auditTrailChain } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';

/** One change of one entity, to be linked to its chain. `before` is absent when the change creates the entity. */
export type Audited = Readonly<{
  at: Instant;
  origin: Origin;
  merchantId: MerchantId;
  entity: Pick<AuditEntry, 'entityType' | 'entityId' | 'sequence' | 'action'>;
  before?: Readonly<{ record: JsonObject; auditHash: string }>;
  after: JsonObject;
}>;

/** The next link of an entity's chain. */
export function auditLink(
  { ids, digests }: Readonly<{ ids: Ids; digests: Digests }>,
  { at, origin, merchantId, entity, before, after }: Audited,
): AuditEntry {
  return auditTrailChain.seal(
    {
      id: ids.auditEntry(at),
      ...entity,
      merchantId,
      actor: origin.actor,
      ...present({ ipAddress: origin.ipAddress, userAgent: origin.userAgent }),
      ...linkOfChange(before, after),
      metadata: { request_id: origin.requestId },
      timestamp: at,
    },
    digests.sha256,
  );
}
