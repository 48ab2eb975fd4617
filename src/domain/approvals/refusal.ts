import type { Actor } from '../kernel/actor.ts';
import { GENESIS_HASH } from '../kernel/audit-chain.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import type { Approver, Permission, RoleNotAllowed } from './approver.ts';
import type { AuditLogEntry } from './audit-log.ts';
import type { AlreadyApproved, SelfApproval } from './decisions.ts';
import type { VendorPaymentId } from './ids.ts';
import type { PartyNotAllowed } from './maker-checker.ts';
import { EVENT_UNPARKED, releaseKey } from './released-event.ts';

/** Why a person was refused, not the payment's state: what the log keeps though nothing changed. */
export type RefusalReason = (SelfApproval | AlreadyApproved | PartyNotAllowed | RoleNotAllowed)['kind'];

/**
 * A refused attempt: a link of a chain of its own, beside the payment's, whose sequence is that of refusals. `attempts`
 * counts those of one person, kind and hour, and is all that changes after the link was sealed; the hash does not cover it, but
 * the head has the sum. In the same chain stand events of the payment that were put back on their way (`released-event.ts`).
 */
export type Refusal = AuditLogEntry & Readonly<{ attempts: number }>;

/** How many refusals of a payment there are, the hash of the last, and the attempts of all of them together. */
export type RefusalHead = Readonly<{ version: number; auditHash: string; attempts: number }>;

/** The head that each payment begins with, in the commit that makes it: its loss shows that refusals are gone. */
export const NO_REFUSALS: RefusalHead = { version: 0, auditHash: GENESIS_HASH, attempts: 0 };

/** The head behind all of a payment's refusals, in their order. */
export const headOfRefusals = (refusals: readonly Refusal[]): RefusalHead => ({
  version: refusals.length,
  auditHash: refusals.at(-1)?.hash ?? GENESIS_HASH,
  attempts: refusals.reduce((sum, { attempts }) => sum + attempts, 0),
});

/** So many of one payment, and no further one is kept: a person who goes on is known by then. */
export const MOST_REFUSALS = 1_000;

const ACTIONS = {
  create: 'payment.creation_refused',
  record: 'payment.creation_refused',
  see: 'payment.reading_refused',
  list: 'payment.reading_refused',
  audit: 'payment.audit_refused',
  change: 'payment.change_refused',
  approve: 'payment.approval_refused',
  reject: 'payment.rejection_refused',
  process: 'payment.payout_refused',
  review: 'payment.review_refused',
} as const satisfies Record<Permission, string>;

/**
 * Attempts with one key are one entry: of one person at one payment, refused one thing for one reason in one hour. The release of
 * an event has a key for each time.
 */
export const refusalKey = (link: Pick<Refusal, 'action' | 'after' | 'timestamp'>): string => {
  const { action, after, timestamp } = link;
  if (action === EVENT_UNPARKED) return releaseKey(link);
  const { reason, identities } = after as RefusedAs;
  return [rfc3339(timestamp).slice(0, 13), action, reason, identities[0]].join(' ');
};

type RefusedAs = Readonly<{ reason: RefusalReason; identities: readonly string[] }>;

/** What is sealed of an attempt, but for its place in the chain. */
export const refusedAttempt = (
  paymentId: VendorPaymentId,
  by: Approver,
  {
    permission,
    reason,
    actorType,
    at,
  }: Readonly<{
    permission: Permission;
    reason: RefusalReason;
    actorType: Actor['type'];
    at: Instant;
  }>,
) => ({
  paymentId,
  action: ACTIONS[permission],
  actor: { id: by.id, type: actorType, roles: by.roles },
  after: { reason, identities: by.identities } satisfies RefusedAs,
  timestamp: at,
});
