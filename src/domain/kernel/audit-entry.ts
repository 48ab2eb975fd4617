import type { Actor } from './actor.ts';
import type { AggregateKind } from './aggregate-kind.ts';
import { auditChain, type ChainLink, type Unsealed } from './audit-chain.ts';
import type { MerchantId } from './ids.ts';
import { rfc3339 } from './instant.ts';
import { inOrder, type JsonObject } from './json.ts';
import { present } from './present.ts';

export type AuditedEntity = 'payment' | 'transaction' | AggregateKind;

/** One link of the chain of an entity that a merchant has. */
export type AuditEntry = ChainLink &
  Readonly<{
    entityType: AuditedEntity;
    entityId: string;
    merchantId: MerchantId;
    actor: Actor;
    metadata?: JsonObject;
  }>;

/** A link under the names it is published with; it is hashed under the same, `hash` left out. */
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

/** In the order in which canonical JSON prints them, and field by field, as most of what is hashed is of links. */
function sealedFields(entry: Unsealed<AuditEntry>): Omit<AuditEntryRecord, 'hash'> {
  const { before, after, metadata, ipAddress, userAgent } = entry;
  const fields: { -readonly [Name in keyof AuditEntryRecord]?: AuditEntryRecord[Name] } = {
    action: entry.action,
    actor: entry.actor,
  };
  if (after !== undefined) fields.after = inOrder(after);
  if (before !== undefined) fields.before = inOrder(before);
  fields.entity_id = entry.entityId;
  fields.entity_type = entry.entityType;
  fields.id = entry.id;
  if (ipAddress !== undefined) fields.ip_address = ipAddress;
  fields.merchant_id = entry.merchantId;
  if (metadata !== undefined) fields.metadata = inOrder(metadata);
  fields.previous_hash = entry.previousHash;
  fields.sequence = entry.sequence;
  fields.timestamp = rfc3339(entry.timestamp);
  if (userAgent !== undefined) fields.user_agent = userAgent;
  return fields as Omit<AuditEntryRecord, 'hash'>;
}

/** Seals and checks the chain of one entity of the audit trail. */
export const auditTrailChain = auditChain<AuditEntry>(sealedFields, ({ entityId }) => entityId);

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
