import { err, errAsync, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import { type AuditLogEntry, auditLogChain } from '../../domain/approvals/audit-log.ts';
import { areMoves } from '../../domain/approvals/audited-moves.ts';
import { givenApprovals } from '../../domain/approvals/given-approvals.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { headOfRefusals, type RefusalHead } from '../../domain/approvals/refusal.ts';
import { eventsOfLinks } from '../../domain/approvals/sent-event.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { vendorPaymentRecord } from '../../domain/approvals/vendor-payment-record.ts';
import { EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { StoredRows } from '../../ports/approvals/stored-rows.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, readable, reportAll } from '../kernel/report-findings.ts';
import type { ApprovalsFinding, Walk } from './approvals-finding.ts';
import { type ClaimSum, claimWindow, lessExpected, verifyClaims } from './verify-claims.ts';
import { isCaused } from './verify-events.ts';
import { checkAll } from './verify-side-by-side.ts';

export type VerifyApprovalsPorts = Readonly<{
  vendorPayments: VendorPayments;
  auditLog: AuditLog;
  refusals: Refusals;
  storedRows: StoredRows;
  digests: Digests;
  clock: Clock;
}>;

/** Where a payment's chain ended: so many links, the last under this hash; where it has refusals, their head too. */
export type ApprovalsHead = Readonly<{
  id: VendorPaymentId;
  version: number;
  hash: string;
  refusals?: RefusalHead;
}>;

/** What has been looked at so far; `refusals` with the releases of parked events, which are of the same chains. */
export type VerifiedApprovals = Readonly<{
  payments: number;
  links: number;
  refusals: number;
  events: number;
  claims: number;
}>;

/**
 * Walks everything that approvals have stored and reports each row that is not what the payments' chains say it must
 * be: chains, records, lines, approvals, refusals, keys, lists, events and claims, rows of no payment included. Reads only, in constant
 * memory, and raises no false alarm while others write. `onProgress` is called after every page, `onHeads` with the heads of
 * the chains that were found whole. Without a `report` the first bad row ends it; one that cannot be read at all ends it always.
 */
export type VerifyApprovals = (
  onProgress: (verified: VerifiedApprovals) => void,
  onHeads?: (heads: readonly ApprovalsHead[]) => void,
  report?: Report<ApprovalsFinding>,
) => Walk<VerifiedApprovals>;

/** A day less than events are kept, so that none is looked for that is being forgotten. */
const EVENTS_COMPARED_MS = EVENTS_KEPT_MS - 24 * 3_600_000;

const PAGE = 100;
const MOST_READS = 20;

export const verifyApprovals =
  (ports: VerifyApprovalsPorts): VerifyApprovals =>
  (onProgress, onHeads = () => {}, report = endAtFirst) =>
    readable(
      safeTry(async function* () {
        let seen: VerifiedApprovals = NOTHING;
        const now = ports.clock.now();
        const window = claimWindow(now);
        const owedFrom = Math.max(now - EVENTS_COMPARED_MS, yield* ports.storedRows.sentSince());
        let claims: ClaimSum = 0n;
        for (let after: VendorPaymentId | undefined; ; ) {
          const page = { order: 'oldest', limit: PAGE, ...present({ after }) } as const;
          const payments = yield* ports.vendorPayments.list({}, page);
          const whole = yield* checkAll(payments, report, (payment) =>
            verifyPayment(ports, payment, owedFrom),
          );
          onHeads(whole.map(({ head }) => head));
          for (const { head, links } of whole) {
            claims = lessExpected(claims, links, window);
            seen = {
              ...seen,
              payments: seen.payments + 1,
              links: seen.links + links.length,
              refusals: seen.refusals + (head.refusals?.version ?? 0),
            };
          }
          onProgress(seen);
          after = payments.at(-1)?.id;
          if (payments.length < PAGE) break;
        }
        yield* verifyStrays(ports, report);
        for (let after: string | undefined; ; ) {
          const { items, next } = yield* ports.storedRows.events(after);
          yield* checkAll(items, report, (item) => verifyEvent(ports, item));
          seen = { ...seen, events: seen.events + items.length };
          onProgress(seen);
          after = next;
          if (after === undefined) break;
        }
        return ok({ ...seen, claims: yield* verifyClaims(ports, claims, window, report) });
      }),
      unreadable,
      { report: err, instead: NOTHING },
    );

const NOTHING: VerifiedApprovals = { payments: 0, links: 0, refusals: 0, events: 0, claims: 0 };

/** A payment's chain that was found whole. */
type Whole = Readonly<{ head: ApprovalsHead; links: readonly AuditLogEntry[] }>;

/**
 * A payment, its chain and all its rows. What merely moved while it was read is no fault:
 * one counts only when the payment was at the same version, and its refusals as many, before and after. What keeps moving
 * counts in the end all the same.
 */
const verifyPayment = (ports: VerifyApprovalsPorts, listed: VendorPayment, owedFrom: Instant): Walk<Whole> =>
  safeTry(async function* () {
    let payment: VendorPayment = listed;
    for (let reads = 1; ; reads += 1) {
      const refused = yield* ports.refusals.head(payment.id);
      const { fault, links } = yield* look(ports, payment, { refusalHead: refused, owedFrom });
      const { id, version, auditHash: hash } = payment;
      const refusals = refused.version === 0 ? undefined : refused;
      if (fault === undefined) return ok({ head: { id, version, hash, ...present({ refusals }) }, links });
      const again = yield* ports.vendorPayments.find(payment.id);
      const refusedAgain = yield* ports.refusals.head(payment.id);
      if (again === undefined)
        return err<never, ApprovalsFinding>({
          kind: 'BadRow',
          row: 'vendor_payment',
          id: payment.id,
          fault: 'absent',
        });
      const hasMoved =
        again.version !== payment.version ||
        again.auditHash !== payment.auditHash ||
        headText(refusedAgain) !== headText(refused);
      if (!hasMoved || reads === MOST_READS) return err(fault);
      payment = again;
    }
  });

const headText = ({ version, auditHash, attempts }: RefusalHead): string =>
  `${version} ${auditHash} ${attempts}`;

type Looked = Readonly<{ fault?: ApprovalsFinding; links: readonly AuditLogEntry[] }>;

const look = (
  { auditLog, refusals, storedRows, digests }: VerifyApprovalsPorts,
  payment: VendorPayment,
  { refusalHead, owedFrom }: Readonly<{ refusalHead: RefusalHead; owedFrom: Instant }>,
): ResultAsync<Looked, StorageUnavailable> =>
  ResultAsync.combine([auditLog.of(payment.id), refusals.of(payment.id)]).andThen(([links, refused]) => {
    const { id } = payment;
    const bad = { kind: 'BadRow', row: 'vendor_payment', id } as const;
    const looked = (fault?: ApprovalsFinding): Looked => ({ links, ...present({ fault }) });
    const entity = { ...payment, record: vendorPaymentRecord(payment) };
    const whole = auditLogChain.verifyRecord(links, entity, digests.sha256);
    if (whole.isErr() && whole.error.kind === 'BrokenChain')
      return okAsync(looked({ ...bad, sequence: whole.error.sequence, fault: whole.error.fault }));
    if (whole.isErr()) return okAsync(looked({ ...bad, fault: 'differs' }));
    if (!areMoves(links)) return okAsync(looked({ ...bad, fault: 'impossible' }));
    const kept = auditLogChain.verify(refused, { id, ...refusalHead }, digests.sha256);
    if (kept.isErr()) {
      const { sequence, fault } = kept.error;
      return okAsync(looked({ kind: 'BadRow', row: 'refusal', id, sequence, fault }));
    }
    if (headOfRefusals(refused).attempts !== refusalHead.attempts)
      return okAsync(looked({ kind: 'BadRow', row: 'refusal', id, fault: 'differs' }));
    const owed = eventsOfLinks(links).filter(({ created }) => created >= owedFrom);
    return storedRows
      .differences({ payment, links, given: givenApprovals(links), refused, owed })
      .map(([difference]) => looked(difference && { kind: 'BadRow', ...difference }));
  });

/** A stray counts when two reads of its page show it: others commit and remove rows meanwhile. */
const verifyStrays = ({ storedRows }: VerifyApprovalsPorts, report: Report<ApprovalsFinding>): Walk<void> =>
  safeTry(async function* () {
    for (let after: string | undefined; ; ) {
      const { items, next } = yield* storedRows.strays(after);
      if (items.length > 0) {
        const again = yield* storedRows.strays(after);
        const strays = again.items.filter(({ id }) => items.some((item) => item.id === id));
        yield* reportAll(
          strays.map((stray): ApprovalsFinding => ({ kind: 'BadRow', ...stray })),
          report,
        );
      }
      after = next;
      if (after === undefined) return ok(undefined);
    }
  });

const verifyEvent = (
  { auditLog, digests }: VerifyApprovalsPorts,
  { event, isSound }: Readonly<{ event: Parameters<typeof isCaused>[0]; isSound: boolean }>,
): Walk<void> =>
  auditLog.of(event.paymentId).andThen((links) => {
    const bad = { kind: 'BadRow', row: 'event', id: event.id } as const;
    if (!isSound) return errAsync<void, ApprovalsFinding>({ ...bad, fault: 'differs' });
    return isCaused(event, links, digests.sha256)
      ? okAsync<void, ApprovalsFinding>(undefined)
      : errAsync<void, ApprovalsFinding>({ ...bad, fault: 'orphaned' });
  });

const unreadable = (detail: string): ApprovalsFinding => ({
  kind: 'BadRow',
  row: 'row',
  id: '',
  fault: 'unreadable',
  detail,
});
