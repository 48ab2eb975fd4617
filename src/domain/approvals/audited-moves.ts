import { foldChain } from '../kernel/audit-chain.ts';
import { identitiesOf } from '../kernel/identity.ts';
import { rfc3339 } from '../kernel/instant.ts';
import { canonicalJson, type Json, type JsonObject } from '../kernel/json.ts';
import type { AuditLogEntry } from './audit-log.ts';
import { gradeOf } from './fraud.ts';
import { REVIEW_OUTCOMES } from './fraud-review.ts';
import type { VendorPaymentStatus } from './vendor-payment.ts';
import type { VendorPaymentRecord } from './vendor-payment-record.ts';

/** What the link of a graver score of unchanged terms is called. */
export const RESCORED = 'payment.rescored';

/** A payment with its audit links, first link first, which lead to it and whose hashes are right. */
export type Audited<Payment> = Readonly<{ payment: Payment; links: readonly AuditLogEntry[] }>;

type Field = keyof VendorPaymentRecord;
type Move = Readonly<{
  from: readonly VendorPaymentStatus[];
  /** Absent where the status stays. */
  to?: VendorPaymentStatus;
  /** What it may change of the record, beside version and time. */
  changes: readonly Field[];
  isMade?: (link: AuditLogEntry, before: VendorPaymentRecord, after: VendorPaymentRecord) => boolean;
}>;

const SCORE = ['fraudScore', 'fraudStatus', 'fraudReasons', 'fraudRules'] as const;
const PAYOUT = ['payout', 'processedAt', 'processorReference', 'failedReason'] as const;

/** Every move after the first, by what its link is called: who is paid and the creator are in none. */
const MOVES: Readonly<Record<string, Move>> = {
  'payment.approval_given': {
    from: ['pending_approval'],
    to: 'pending_approval',
    changes: ['approvals'],
    isMade: isGiven,
  },
  'payment.approved': {
    from: ['pending_approval'],
    to: 'approved',
    changes: ['approvals', 'status', 'approvedBy', 'approvedAt'],
    isMade: (link, before, after) =>
      isGiven(link, before, after) &&
      after.approvedBy === link.actor.id &&
      after.approvedAt === rfc3339(link.timestamp),
  },
  'payment.changed': {
    from: ['pending_approval'],
    to: 'pending_approval',
    changes: [
      'amountCents',
      'lineItems',
      'dueDate',
      'metadata',
      'termsHash',
      'edition',
      'approvals',
      'changedBy',
      'makerIdentities',
      ...SCORE,
      'fraudReview',
    ],
    isMade: isChanged,
  },
  [RESCORED]: {
    from: ['pending_approval', 'approved'],
    changes: SCORE,
    isMade: (_link, before, after) => gradeOf(after.fraudStatus) > gradeOf(before.fraudStatus),
  },
  'payment.rejected': {
    from: ['pending_approval', 'approved', 'failed'],
    to: 'cancelled',
    changes: ['status', 'rejectedBy', 'rejectedAt', 'rejectedReason', ...PAYOUT],
  },
  'payment.reviewed': {
    from: ['pending_approval', 'approved', 'completed', 'failed', 'cancelled'],
    changes: ['fraudReview'],
    isMade: isReviewed,
  },
  'payment.processing': { from: ['approved', 'failed'], to: 'processing', changes: ['status', ...PAYOUT] },
  'payment.resumed': { from: ['processing'], to: 'processing', changes: ['payout'] },
  'payment.completed': { from: ['processing'], to: 'completed', changes: ['status', ...PAYOUT] },
  'payment.failed': { from: ['processing'], to: 'failed', changes: ['status', ...PAYOUT] },
  'payment.returned': { from: ['completed'], to: 'failed', changes: ['status', ...PAYOUT] },
};

/**
 * Whether each link of a chain is a move that its own actor can have made: hashes say that a history was not edited, and this
 * that it could have happened. Each approval is added by one link, whose actor, roles and time are the approval's, and is of the
 * terms and revision as they stood; the actor of a change is a maker, all approvals before are void, the risk is no lower than it
 * was, and a finding of a fraud stands. Nothing is said of whether the actors were allowed to.
 */
export function areMoves(links: readonly AuditLogEntry[]): boolean {
  const [first, ...others] = links;
  if (first === undefined || !isCreation(first)) return false;
  let before = first.after;
  for (const link of others) {
    const after = foldChain([{ after: before }, link]);
    if (!isMove(link, recordIn(before), recordIn(after))) return false;
    before = after;
  }
  return true;
}

const recordIn = (fields: JsonObject) => fields as unknown as VendorPaymentRecord;

function isCreation({ action, actor, after }: AuditLogEntry): boolean {
  const { status, createdBy, changedBy, makerIdentities, edition, approvals, fraudReview } = recordIn(after);
  return (
    action === 'payment.created' &&
    status === 'pending_approval' &&
    createdBy === actor.id &&
    isSame(changedBy, []) &&
    edition === 1 &&
    isSame(approvals, []) &&
    fraudReview === undefined &&
    isKnownBy(actor.id, makerIdentities)
  );
}

function isMove(link: AuditLogEntry, before: VendorPaymentRecord, after: VendorPaymentRecord): boolean {
  const move = Object.hasOwn(MOVES, link.action) ? MOVES[link.action] : undefined;
  if (!move?.from.includes(before.status) || (move.to ?? before.status) !== after.status) return false;
  const changes: readonly string[] = ['version', 'updatedAt', ...move.changes];
  return (
    Object.keys({ ...link.before, ...link.after }).every((field) => changes.includes(field)) &&
    (move.isMade?.(link, before, after) ?? true)
  );
}

function isGiven(
  { actor, timestamp }: AuditLogEntry,
  before: VendorPaymentRecord,
  after: VendorPaymentRecord,
): boolean {
  const given = Array.isArray(after.approvals) ? after.approvals.at(-1) : undefined;
  return (
    given !== undefined &&
    isSame(after.approvals, [...before.approvals, given]) &&
    given.by === actor.id &&
    isSame(given.roles, actor.roles) &&
    given.at === rfc3339(timestamp) &&
    given.edition === before.edition &&
    given.termsHash === before.termsHash &&
    isKnownBy(actor.id, given.identities)
  );
}

function isChanged(
  { actor }: AuditLogEntry,
  before: VendorPaymentRecord,
  after: VendorPaymentRecord,
): boolean {
  const makers = [before.createdBy, ...before.changedBy];
  const { makerIdentities } = after;
  return (
    after.edition === before.edition + 1 &&
    isSame(after.approvals, []) &&
    isSame(after.changedBy, makers.includes(actor.id) ? before.changedBy : [...before.changedBy, actor.id]) &&
    (before.makerIdentities ?? []).every((known) => makerIdentities?.includes(known) === true) &&
    isKnownBy(actor.id, makerIdentities) &&
    gradeOf(after.fraudStatus) >= gradeOf(before.fraudStatus) &&
    isReviewKept(before, after)
  );
}

/** A change makes no finding; of those there are it takes away only one that the payment is legitimate. */
const isReviewKept = (before: VendorPaymentRecord, after: VendorPaymentRecord): boolean =>
  after.fraudReview === undefined
    ? before.fraudReview?.outcome !== 'fraud'
    : before.fraudReview !== undefined && isSame([after.fraudReview], [before.fraudReview]);

function isReviewed(
  { actor, timestamp }: AuditLogEntry,
  _before: VendorPaymentRecord,
  { fraudReview }: VendorPaymentRecord,
): boolean {
  return (
    fraudReview !== undefined &&
    REVIEW_OUTCOMES.includes(fraudReview.outcome) &&
    fraudReview.by === actor.id &&
    fraudReview.at === rfc3339(timestamp)
  );
}

/** Where only subjects were kept, there is nothing to be known by. */
const isKnownBy = (subject: string, identities: readonly string[] | undefined): boolean =>
  identities === undefined ||
  identitiesOf({ subject })
    .slice(0, 1)
    .every((known) => identities.includes(known));

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  canonicalJson(one as readonly Json[]) === canonicalJson(other as readonly Json[]);
