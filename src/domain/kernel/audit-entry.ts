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

/** In the order in which canonical JSON prints them, without a copy, as most of what is hashed is of links; what is undefined is not printed. */
const sealedFields = (entry: Unsealed<AuditEntry>): JsonObject => ({
  action: entry.action,
  actor: entry.actor,
  after: entry.after && inOrder(entry.after),
  before: entry.before && inOrder(entry.before),
  entity_id: entry.entityId,
  entity_type: entry.entityType,
  id: entry.id,
  ip_address: entry.ipAddress,
  merchant_id: entry.merchantId,
  metadata: entry.metadata && inOrder(entry.metadata),
  previous_hash: entry.previousHash,
  sequence: entry.sequence,
  timestamp: rfc3339(entry.timestamp),
  user_agent: entry.userAgent,
});

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
