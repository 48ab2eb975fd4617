import type { Actor } from '../kernel/actor.ts';
import { auditChain, type ChainLink, type Unsealed } from '../kernel/audit-chain.ts';
import type { EventId } from '../kernel/ids.ts';
import { rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type Approver, hasRole, type Role } from './approver.ts';
import type { VendorPaymentId } from './ids.ts';

/**
 * What the commit of a link wrote besides the payment and the link, so that a chain tells all rows of its payment: the
 * change's id, the event outside that it took, the events, each with the SHA-256 of its data in canonical JSON, the claim of
 * the request, with its own, and of the first link the head of refusals.
 */
export type Written = Readonly<{
  changeId: string;
  eventKey?: string;
  events: readonly Readonly<{ id: EventId; hash: string }>[];
  claim?: Readonly<{ hash: string; expiresAt: string }>;
  /** How many refusals there are: none. Absent in first links of before payments began with a head. */
  refusals?: 0;
}>;

/** One link of a vendor payment's chain. */
export type AuditLogEntry = ChainLink &
  Readonly<{
    paymentId: VendorPaymentId;
    actor: Actor & Readonly<{ roles: readonly Role[] }>;
    requestId: string;
    after: JsonObject;
    /** Absent in links of before it was kept. */
    written?: Written;
  }>;

/** A link under the names it is published with; it is hashed under the same, `hash` left out. */
export type AuditLogRecord = Omit<AuditLogEntry, 'timestamp'> & Readonly<{ timestamp: string }>;

const sealedFields = (entry: Unsealed<AuditLogEntry>): Omit<AuditLogRecord, 'hash'> => ({
  id: entry.id,
  paymentId: entry.paymentId,
  sequence: entry.sequence,
  action: entry.action,
  actor: entry.actor,
  ...present({ ipAddress: entry.ipAddress, userAgent: entry.userAgent }),
  requestId: entry.requestId,
  ...present({ before: entry.before }),
  after: entry.after,
  ...present({ written: entry.written }),
  timestamp: rfc3339(entry.timestamp),
  previousHash: entry.previousHash,
});

/** Seals and checks the chain of one vendor payment. */
export const auditLogChain = auditChain<AuditLogEntry>(sealedFields, ({ paymentId }) => paymentId);

/** A link as this approver may see it: only admins see from where others acted. A refusal's has its count. */
export function auditLogFor(
  by: Approver,
  entry: AuditLogEntry & Readonly<{ attempts?: number }>,
): AuditLogRecord & Readonly<{ attempts?: number }> {
  const { ipAddress: _ipAddress, userAgent: _userAgent, ...anywhere } = entry;
  const seesOrigin = hasRole(by, ['admin']) || entry.actor.id === by.id;
  return {
    ...sealedFields(seesOrigin ? entry : anywhere),
    hash: entry.hash,
    ...present({ attempts: entry.attempts }),
  };
}
