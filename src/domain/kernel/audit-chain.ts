import { err, ok, type Result } from 'neverthrow';
import type { Actor } from './actor.ts';
import type { AggregateKind } from './aggregate-kind.ts';
import type { AuditEntryId, MerchantId } from './ids.ts';
import { type Instant, rfc3339 } from './instant.ts';
import { canonicalJson, type JsonObject } from './json.ts';

export type AuditedEntity = 'payment' | 'transaction' | AggregateKind;

/**
 * One link of an entity's chain. `sequence` is the entity's version after the change, so a version is audited exactly
 * once; `before` and `after` hold the fields that changed, `after` of the first link holds all.
 */
export type AuditEntry = Readonly<{
  id: AuditEntryId;
  entityType: AuditedEntity;
  entityId: string;
  merchantId: MerchantId;
  sequence: number;
  action: string;
  actor: Actor;
  ipAddress?: string;
  userAgent?: string;
  before?: JsonObject;
  after?: JsonObject;
  metadata?: JsonObject;
  timestamp: Instant;
  previousHash: string;
  hash: string;
}>;

/** Lower-case hex SHA-256 of UTF-8 text. */
export type Sha256 = (text: string) => string;

/** What stands before the first link. */
export const GENESIS_HASH = '0'.repeat(64);

/** Closes a link: its hash covers every field and the link before it. */
export function sealAuditEntry(draft: Omit<AuditEntry, 'hash'>, sha256: Sha256): AuditEntry {
  return { ...draft, hash: sha256(canonicalJson(hashedFields(draft))) };
}

export type BrokenChain = Readonly<{
  kind: 'BrokenChain';
  entityId: string;
  sequence: number;
  fault: 'missing' | 'edited' | 'unlinked' | 'cut';
}>;

/**
 * Checks a whole chain, first link first. `head` is what the entity says its version and last hash are: a chain that
 * ends before it was cut.
 */
export const verifyChain = (
  entries: readonly AuditEntry[],
  head: ChainHead,
  sha256: Sha256,
): Result<number, BrokenChain> =>
  verifyLinks(
    entries,
    head,
    (entry) => entry.entityId === head.id && sealAuditEntry(entry, sha256).hash === entry.hash,
  );

export type ChainHead = Readonly<{ id: string; version: number; auditHash: string }>;

/** The same for links of whatever kind; `isGenuine` says whether one is its entity's, and as it was sealed. */
export function verifyLinks<Link extends Pick<AuditEntry, 'sequence' | 'previousHash' | 'hash'>>(
  links: readonly Link[],
  head: ChainHead,
  isGenuine: (link: Link) => boolean,
): Result<number, BrokenChain> {
  let previousHash = GENESIS_HASH;
  for (const [index, link] of links.entries()) {
    const broken = (fault: BrokenChain['fault']) =>
      err<number, BrokenChain>({ kind: 'BrokenChain', entityId: head.id, sequence: index + 1, fault });
    if (link.sequence !== index + 1) return broken('missing');
    if (link.previousHash !== previousHash) return broken('unlinked');
    if (!isGenuine(link)) return broken('edited');
    previousHash = link.hash;
  }
  return links.length === head.version && previousHash === head.auditHash
    ? ok(links.length)
    : err({ kind: 'BrokenChain', entityId: head.id, sequence: links.length + 1, fault: 'cut' });
}

/** Named one by one, so that a field added to storage can never silently change what is hashed. */
const hashedFields = (entry: Omit<AuditEntry, 'hash'>): JsonObject => ({
  id: entry.id,
  entity_type: entry.entityType,
  entity_id: entry.entityId,
  merchant_id: entry.merchantId,
  sequence: entry.sequence,
  action: entry.action,
  actor: entry.actor,
  ip_address: entry.ipAddress,
  user_agent: entry.userAgent,
  before: entry.before,
  after: entry.after,
  metadata: entry.metadata,
  timestamp: rfc3339(entry.timestamp),
  previous_hash: entry.previousHash,
});
