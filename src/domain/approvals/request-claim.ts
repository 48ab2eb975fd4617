import { foldChain, type Sha256 } from '../kernel/audit-chain.ts';
import { foldClaim } from '../kernel/identity.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { canonicalJson } from '../kernel/json.ts';
import type { Approver } from './approver.ts';
import type { AuditLogEntry, Written } from './audit-log.ts';
import type { VendorPaymentId } from './ids.ts';
import type { VendorPayment } from './vendor-payment.ts';
import { restoreVendorPayment, type VendorPaymentRecord } from './vendor-payment-record.ts';

/** What an idempotency key of approvals is spent on: the same key on another operation is another key. */
export type ApprovalOperation = 'create' | 'record' | 'approve' | 'reject' | 'process' | 'review';

/** A key belongs to whom the token names: `caller` is the folded subject. */
export type RequestKey = Readonly<{ caller: string; operation: ApprovalOperation; key: string }>;

export const requestKey = (by: Approver, operation: ApprovalOperation, key: string): RequestKey => ({
  caller: foldClaim(by.id),
  operation,
  key,
});

/**
 * An idempotency key's claim on the one effect it may have. It keeps no answer but where the answer stands: the payment as
 * of a version, in its audit log. Of a payout that is the version in which it ends, which the log has later than the claim.
 */
export type RequestClaim = RequestKey &
  Readonly<{
    /** Keyed hash of the canonical payload: the same key with another payload is refused. */
    fingerprint: string;
    /** Of the change that holds the claim: how a commit whose reply was lost knows itself again. */
    changeId: string;
    /** Absent where the request found neither a payment nor a reason to make one. */
    answer?: Readonly<{ paymentId: VendorPaymentId; version: number }>;
    /** Whether the request made the payment. */
    created: boolean;
    /** Of a payout: the request that began it works on it until then. Absent once that has answered. */
    heldUntil?: Instant;
    createdAt: Instant;
    /** From then on the claim counts as absent, and its key is free. */
    expiresAt: Instant;
  }>;

/** What the link of the claim's change keeps of it: SHA-256 of all that never changes of it, in canonical JSON. */
export const sealOfClaim = (claim: RequestClaim, sha256: Sha256): NonNullable<Written['claim']> => ({
  hash: sha256(canonicalJson(released(claim))),
  expiresAt: rfc3339(claim.expiresAt),
});

/**
 * Beside a claim of which no link says that it was written, with it: the answer to an event outside that changed nothing. It counts
 * until the claim expires.
 */
export type RequestClaimTrace = RequestKey &
  Readonly<{ changeId: string; createdAt: Instant; expiresAt: Instant }>;

/** The trace of a claim; undefined for one that its change's link speaks for. */
export function traceOf(claim: RequestClaim): RequestClaimTrace | undefined {
  const { caller, operation, key, changeId, created, createdAt, expiresAt } = claim;
  return operation !== 'record' || created
    ? undefined
    : { caller, operation, key, changeId, createdAt, expiresAt };
}

export const hasExpired = ({ expiresAt }: RequestClaim, now: Instant): boolean => expiresAt <= now;

/** The claim of a payout whose request has answered that the outcome is awaited. */
export function released({ heldUntil: _heldUntil, ...claim }: RequestClaim): RequestClaim {
  return claim;
}

/** What a repeat is answered: the payment as of then, and whether it may be another one later. */
export type PastAnswer = Readonly<{ payment: VendorPayment; isProvisional: boolean }>;

/**
 * The answer of a claim, from its payment's whole audit log, oldest link first. A payout that has not ended is answered as
 * it stands.
 */
export function pastAnswer(
  { operation }: Pick<RequestClaim, 'operation'>,
  { version }: Readonly<{ version: number }>,
  links: readonly AuditLogEntry[],
): PastAnswer {
  if (operation !== 'process') return { payment: asOf(version, links), isProvisional: false };
  const end = links.find(({ sequence, action }) => sequence > version && ENDS.has(action));
  return { payment: asOf(end?.sequence ?? links.length, links), isProvisional: end === undefined };
}

const ENDS = new Set(['payment.completed', 'payment.failed']);

/** The payment as it was at a version. Throws when the log does not reach it: a corrupt store is a defect. */
function asOf(version: number, links: readonly AuditLogEntry[]): VendorPayment {
  const past = links.slice(0, version);
  const last = past.at(-1);
  if (last?.sequence !== version) throw new Error(`an audit log ends before version ${version}`);
  return restoreVendorPayment(foldChain(past) as unknown as VendorPaymentRecord, last.hash);
}
