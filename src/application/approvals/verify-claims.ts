import { err, errAsync, ok, okAsync, safeTry } from 'neverthrow';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { sealOfClaim, traceOf } from '../../domain/approvals/request-claim.ts';
import { foldChain, type Sha256 } from '../../domain/kernel/audit-chain.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { StoredClaim, StoredRows, StoredTrace } from '../../ports/approvals/stored-rows.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import { type Report, reportAll } from '../kernel/report-findings.ts';
import type { ApprovalsFinding, Walk } from './approvals-finding.ts';
import { checkAll } from './verify-side-by-side.ts';

export type VerifyClaimsPorts = Readonly<{
  vendorPayments: VendorPayments;
  auditLog: AuditLog;
  storedRows: StoredRows;
  digests: Digests;
  clock: Clock;
}>;

/** Claims are compared that were written by `cut`, when nothing that old is under way, and expire after `until`. */
export type ClaimWindow = Readonly<{ cut: Instant; until: Instant }>;

/** Longer than a commit may be under way. */
const STABLE_MS = 60_000;
/** A walk that takes longer reads anew what expired meanwhile. */
const WALK_MS = 3_600_000;

/** And of those of which no link speaks the ones that were written since. */
type TracedWindow = ClaimWindow & Readonly<{ tracedFrom: Instant }>;

export const claimWindow = (now: Instant): ClaimWindow => ({ cut: now - STABLE_MS, until: now + WALK_MS });

/** A claim that one row says, and that another must say too; `id` and `sequence` name the first to people. */
type ClaimFact = Readonly<{ id: string; sequence?: number; hash: string; expiresAt: Instant }>;

const isWithin = ({ cut, until }: ClaimWindow, written: Instant, expiresAt: Instant): boolean =>
  written <= cut && expiresAt > until;

/** The claims that a payment's links say were written with them. */
function expectedClaims(links: readonly AuditLogEntry[], window: ClaimWindow): readonly ClaimFact[] {
  return links.flatMap(({ paymentId, sequence, timestamp, written }) => {
    if (written?.claim === undefined) return [];
    const expiresAt = fromRfc3339(written.claim.expiresAt);
    return isWithin(window, timestamp, expiresAt)
      ? [{ id: paymentId, sequence, hash: written.claim.hash, expiresAt }]
      : [];
  });
}

/** The claim that a row is, or says was written: at most one. */
function factsOf(
  item: StoredClaim | StoredTrace,
  window: TracedWindow,
  sha256: Sha256,
): readonly ClaimFact[] {
  const { operation, key, createdAt, expiresAt } = item.type === 'claim' ? item.claim : item.trace;
  if (!isWithin(window, createdAt, expiresAt) || (item.type === 'claim' && !item.isSealed)) return [];
  const id = `${operation} ${key}`;
  const trace = item.type === 'claim' ? traceOf(item.claim) : item.trace;
  if (trace !== undefined)
    return createdAt < window.tracedFrom ? [] : [{ id, hash: sha256(canonicalJson(trace)), expiresAt }];
  return item.type === 'claim' ? [{ id, hash: sealOfClaim(item.claim, sha256).hash, expiresAt }] : [];
}

/** Claims that were found less those expected, as a sum of hashes: 0n when they are the same, in constant memory. */
export type ClaimSum = bigint;

export const lessExpected = (sum: ClaimSum, links: readonly AuditLogEntry[], window: ClaimWindow): ClaimSum =>
  expectedClaims(links, window).reduce((left, fact) => left - numberOf(fact), sum);

const numberOf = ({ hash }: ClaimFact): bigint => BigInt(`0x${hash}`);

/**
 * Walks the claims of idempotency keys: each is as it was written, holds no longer than its payment says, and those
 * that have not expired are the ones of which links or traces say so; `sum` is what they lack. Gives how many there are.
 */
export const verifyClaims = (
  ports: VerifyClaimsPorts,
  sum: ClaimSum,
  window: ClaimWindow,
  report: Report<ApprovalsFinding>,
): Walk<number> =>
  safeTry(async function* () {
    const { storedRows, digests } = ports;
    const traced = { ...window, tracedFrom: yield* storedRows.tracedSince() };
    let left = sum;
    let count = 0;
    for (let after: string | undefined; ; ) {
      const { items, next } = yield* storedRows.claims(after);
      yield* checkAll(items, report, (item) =>
        item.type === 'claim' ? verifyClaim(ports, item) : verifyTrace(item),
      );
      for (const item of items) {
        const facts = factsOf(item, traced, digests.sha256);
        for (const fact of facts) left += item.type === 'claim' ? numberOf(fact) : -numberOf(fact);
        if (item.type === 'claim') count += 1;
      }
      after = next;
      if (after === undefined) break;
    }
    if (left !== 0n) yield* nameDifferences(ports, traced, report);
    return ok(count);
  });

const verifyTrace = ({ trace: { operation, key }, isSound }: StoredTrace): Walk<void> =>
  isSound
    ? okAsync<void, ApprovalsFinding>(undefined)
    : errAsync<void, ApprovalsFinding>({
        kind: 'BadRow',
        row: 'request_claim_trace',
        id: `${operation} ${key}`,
        fault: 'differs',
      });

/** One read more for a claim that a payout still holds. */
function verifyClaim({ auditLog }: VerifyClaimsPorts, { claim, isSound }: StoredClaim): Walk<void> {
  const { operation, key, answer, heldUntil } = claim;
  const bad = { kind: 'BadRow', row: 'request_claim', id: `${operation} ${key}` } as const;
  const links = answer === undefined ? ok([]) : auditLog.of(answer.paymentId);
  return safeTry(async function* () {
    if (!isSound) return err<never, ApprovalsFinding>({ ...bad, fault: 'differs' });
    if (answer === undefined) return ok(undefined);
    const past = (yield* links).slice(0, answer.version);
    if (past.length !== answer.version) return err<never, ApprovalsFinding>({ ...bad, fault: 'orphaned' });
    const { payout } = foldChain(past) as Readonly<{ payout?: Readonly<{ dueAt?: string }> }>;
    return heldUntil === undefined || payout?.dueAt === rfc3339(heldUntil)
      ? ok(undefined)
      : err<never, ApprovalsFinding>({ ...bad, fault: 'differs' });
  });
}

const PAGE = 100;

/** Reads all claims and links again, one by one; what had only expired meanwhile is no fault. */
const nameDifferences = (
  ports: VerifyClaimsPorts,
  window: TracedWindow,
  report: Report<ApprovalsFinding>,
): Walk<void> =>
  safeTry(async function* () {
    const counts = new Map<string, Readonly<{ fact: ClaimFact; count: number }>>();
    const note = (fact: ClaimFact, by: 1 | -1) => {
      const count = (counts.get(fact.hash)?.count ?? 0) + by;
      if (count === 0) counts.delete(fact.hash);
      else counts.set(fact.hash, { fact, count });
    };
    for (let after: string | undefined; ; ) {
      const { items, next } = yield* ports.storedRows.claims(after);
      for (const item of items)
        for (const fact of factsOf(item, window, ports.digests.sha256))
          note(fact, item.type === 'claim' ? 1 : -1);
      after = next;
      if (after === undefined) break;
    }
    for (let after: VendorPaymentId | undefined; ; ) {
      const page = { order: 'oldest', limit: PAGE, ...present({ after }) } as const;
      const payments = yield* ports.vendorPayments.list({}, page);
      const chains = yield* checkAll(payments, report, ({ id }) => ports.auditLog.of(id));
      for (const fact of chains.flatMap((links) => expectedClaims(links, window))) note(fact, -1);
      after = payments.at(-1)?.id;
      if (payments.length < PAGE) break;
    }
    const now = ports.clock.now();
    const faults = [...counts.values()]
      .filter(({ fact }) => fact.expiresAt > now)
      .map(
        ({ fact: { id, sequence }, count }): ApprovalsFinding => ({
          kind: 'BadRow',
          row: 'request_claim',
          id,
          ...present({ sequence }),
          fault: count > 0 ? 'orphaned' : 'absent',
        }),
      );
    return reportAll(faults, report);
  });
