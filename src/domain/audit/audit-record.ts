import type { Actor } from '../kernel/actor.ts';
import type { AuditEntry } from '../kernel/audit-chain.ts';
import { rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';

/** A link under the names it is published with; those are the names it was hashed under. */
export type AuditEntryRecord = Readonly<{
  id: string;
  entity_type: string;
  entity_id: string;
  merchant_id: string;
  sequence: number;
  action: string;
  actor: Actor;
  ip_address?: string;
  user_agent?: string;
  before?: JsonObject;
  after?: JsonObject;
  metadata?: JsonObject;
  timestamp: string;
  previous_hash: string;
  hash: string;
}>;

export const auditEntryRecord = (entry: AuditEntry): AuditEntryRecord => ({
  id: entry.id,
  entity_type: entry.entityType,
  entity_id: entry.entityId,
  merchant_id: entry.merchantId,
  sequence: entry.sequence,
  action: entry.action,
  actor: entry.actor,
  ...present({
    ip_address: entry.ipAddress,
    user_agent: entry.userAgent,
    before: entry.before,
    after: entry.after,
    metadata: entry.metadata,
  }),
  timestamp: rfc3339(entry.timestamp),
  previous_hash: entry.previousHash,
  hash: entry.hash,
});
