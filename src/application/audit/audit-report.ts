import { err, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { AnomalyRules, AuditFact } from '../../domain/audit/anomalies.ts';
import { type AuditReport, auditReporting } from '../../domain/audit/audit-report.ts';
import { shownActor, type TrailReader } from '../../domain/audit/shown-entry.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { type AuditEntryId, type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  FAILED_AUTHENTICATIONS_KEPT_MS,
  type FailedAuthenticationCounts,
} from '../../ports/failed-authentications.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** Both bounds are inclusive. Without `to`, until now; without `from`, the 30 days before `to`. */
export type AuditReportRequest = Readonly<{
  merchantId: MerchantId;
  from?: Instant;
  to?: Instant;
  /** Whom actors are named for. */
  reader: TrailReader;
}>;

/**
 * What happened to a merchant in a time. Reads the trail page by page and holds one page; a failed payment is read as
 * well, because only the payment itself says whose it was.
 */
export type MakeAuditReport = (request: AuditReportRequest) => ResultAsync<AuditReport, StorageUnavailable>;

/** Large enough that the links cost more than the calls. */
const PAGE = 500;

const USUAL_MS = 30 * 24 * 3_600_000;

export const makeAuditReport =
  (
    ports: Readonly<{
      auditTrail: AuditTrail;
      payments: Payments;
      failedAuthentications: FailedAuthenticationCounts;
      clock: Clock;
    }>,
    rules: AnomalyRules,
  ): MakeAuditReport =>
  ({ merchantId, to = ports.clock.now(), from = to - USUAL_MS, reader }) =>
    safeTry(async function* () {
      const reporting = auditReporting(rules);
      for (let before: AuditEntryId | undefined; ; ) {
        const page = { limit: PAGE, ...present({ before }) };
        const entries = yield* ports.auditTrail.list(merchantId, { from, to }, page);
        const facts = yield* ResultAsync.combine(entries.map((entry) => factOf(ports.payments, entry)));
        for (const { entry, ...fact } of facts)
          reporting.add({ ...fact, entry: { ...entry, actor: shownActor(entry.actor, reader) } });
        before = entries.at(-1)?.id;
        if (entries.length < PAGE) break;
      }
      // A storage may keep them for longer, until it gets to deleting them; what is reported must not depend on it.
      const kept = Math.max(from, ports.clock.now() - FAILED_AUTHENTICATIONS_KEPT_MS + 1);
      const failed = yield* ports.failedAuthentications.list(merchantId, kept, to);
      return ok(reporting.report(failed));
    });

/** The customer of a new payment is in its link, which says all; of a failed one, in the payment alone. */
function factOf(payments: Payments, entry: AuditEntry): ResultAsync<AuditFact, StorageUnavailable> {
  const of = (customerId: unknown): AuditFact =>
    typeof customerId === 'string' ? { entry, customerId } : { entry };
  const failed = entry.action === 'payment.failed' ? parseId('pay', entry.entityId) : undefined;
  if (failed === undefined) return okAsync(of(entry.after?.['customer_id']));
  return payments
    .find(entry.merchantId, failed)
    .map(({ customerId }) => of(customerId))
    .orElse((failure) => (failure.kind === 'PaymentNotFound' ? ok(of(undefined)) : err(failure)));
}
