import { ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { FraudThresholds } from '../../domain/approvals/fraud.ts';
import type { FraudRules } from '../../domain/approvals/fraud-rules.ts';
import {
  counted,
  inOrderOfTime,
  NOTHING_TRIED,
  type PastMove,
  pastMoves,
  replayOf,
  type TrialCounts,
  type TriedPayment,
} from '../../domain/approvals/fraud-trial.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** How many payments are read at a time. */
const PAGE = 500;
/** How many audit logs are read side by side. */
const WIDTH = 16;

/**
 * Scores every payment there is anew by rules that are not in force, at each time that it was scored, as payments stood then by their
 * audit logs; and gives each to `tell` with what it was, in the order of their last scores. Writes nothing. One read for 500 payments and one for each
 * that was moved since it was made; keeps what rules go by of the newest payments of each vendor, and moves that are later than the payments read.
 */
export type TryFraudRules = (
  rules: FraudRules,
  thresholds: FraudThresholds,
  tell: (payment: VendorPayment, tried: TriedPayment) => void,
) => ResultAsync<TrialCounts, StorageUnavailable>;

type TrialPorts = Readonly<{ vendorPayments: VendorPayments; auditLog: AuditLog }>;

export const tryFraudRules =
  (ports: TrialPorts): TryFraudRules =>
  (rules, thresholds, tell) =>
    safeTry(async function* () {
      const replay = replayOf(rules, thresholds);
      let counts = NOTHING_TRIED;
      let ahead: readonly PastMove[] = [];
      for (let after: VendorPaymentId | undefined; ; ) {
        const page: readonly VendorPayment[] = yield* ports.vendorPayments.list(
          {},
          { order: 'oldest', limit: PAGE, ...present({ after }) },
        );
        const last = page.length < PAGE ? undefined : page.at(-1);
        const moves = inOrderOfTime([...ahead, ...(yield* movesOf(ports, page))]);
        // What is as late as a payment that is not read yet may come after it.
        const due = last === undefined ? moves : moves.filter(({ at }) => at < last.createdAt);
        for (const move of due) {
          const tried = replay(move);
          if (tried === undefined || move.payment === undefined) continue;
          counts = counted(counts, move.payment, tried);
          tell(move.payment, tried);
        }
        if (last === undefined) return ok(counts);
        ahead = moves.slice(due.length);
        after = last.id;
      }
    });

const movesOf = (
  { auditLog }: TrialPorts,
  payments: readonly VendorPayment[],
): ResultAsync<readonly PastMove[], StorageUnavailable> =>
  safeTry(async function* () {
    const moves: PastMove[] = [];
    for (let at = 0; at < payments.length; at += WIDTH) {
      const some = payments.slice(at, at + WIDTH);
      const logs = yield* ResultAsync.combine(
        // The only move of a first version is known without its log.
        some.map(({ id, version }) => (version === 1 ? okAsync([]) : auditLog.of(id))),
      );
      moves.push(...some.flatMap((payment, nth) => pastMoves(payment, logs[nth] ?? [])));
    }
    return ok(moves);
  });
