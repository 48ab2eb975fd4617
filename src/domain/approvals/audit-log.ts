import type { Result } from 'neverthrow';
import type { Actor } from '../kernel/actor.ts';
import { type BrokenChain, type ChainHead, type Sha256, verifyLinks } from '../kernel/audit-chain.ts';
import type { AuditEntryId } from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { Role } from './approver.ts';
import type { VendorPaymentId } from './ids.ts';

/**
 * One link of a payment's chain. `sequence` is the payment's version after the change, so a version is audited exactly
 * once; `before` and `after` hold the fields that changed, `after` of the first link holds all.
 */
export type AuditLogEntry = Readonly<{
  id: AuditEntryId;
  paymentId: VendorPaymentId;
  sequence: number;
  action: string;
  actor: Actor & Readonly<{ roles: readonly Role[] }>;
  ipAddress?: string;
  userAgent?: string;
  requestId: string;
  before?: JsonObject;
  after: JsonObject;
  timestamp: Instant;
  previousHash: string;
  hash: string;
}>;

/** A link under the names it is published with; it is hashed under the same, `hash` left out. */
export type AuditLogRecord = Omit<AuditLogEntry, 'timestamp'> & Readonly<{ timestamp: string }>;

/** Closes a link: its hash covers every field and the link before it. */
export const sealAuditLogEntry = (draft: Omit<AuditLogEntry, 'hash'>, sha256: Sha256): AuditLogEntry => ({
  ...draft,
  hash: sha256(canonicalJson(hashed(draft))),
});

/** Checks a payment's whole chain, first link first, against what the payment says its version and last hash are. */
export const verifyAuditLog = (
  entries: readonly AuditLogEntry[],
  head: ChainHead,
  sha256: Sha256,
): Result<number, BrokenChain> =>
  verifyLinks(
    entries,
    head,
    (entry) => entry.paymentId === head.id && sealAuditLogEntry(entry, sha256).hash === entry.hash,
  );

export const auditLogRecord = (entry: AuditLogEntry): AuditLogRecord => ({
  ...hashed(entry),
  hash: entry.hash,
});

/** Named one by one, so that a field added to storage can never silently change what is hashed. */
const hashed = (entry: Omit<AuditLogEntry, 'hash'>): Omit<AuditLogRecord, 'hash'> => ({
  id: entry.id,
  paymentId: entry.paymentId,
  sequence: entry.sequence,
  action: entry.action,
  actor: entry.actor,
  ...present({ ipAddress: entry.ipAddress, userAgent: entry.userAgent }),
  requestId: entry.requestId,
  ...present({ before: entry.before }),
  after: entry.after,
  timestamp: rfc3339(entry.timestamp),
  previousHash: entry.previousHash,
});
