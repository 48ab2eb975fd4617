import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { addTallies, type Day, type Tally, tallyOf } from '../../domain/payments/tally.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Payments } from '../../ports/payments.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, reportAll } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { markTallies, NO_TALLIES, type TallyMark } from './stored-sums.ts';

type SummaryReads = Readonly<{ payments: Payments; summaries: Summaries; digests: Digests }>;

/** What payments add up to, by day, currency and status. Grows with the days, not with the payments. */
export type Recount = Map<string, Tally>;

export function recount(into: Recount, payments: readonly Payment[]): void {
  for (const payment of payments) {
    const tally = tallyOf(payment);
    const sum = into.get(keyOf(tally));
    into.set(keyOf(tally), sum === undefined ? tally : addTallies(sum, tally));
  }
}

const MOST_TRIES = 5;
const PAGE = 500;
const DAY_MS = 24 * 3_600_000;

/**
 * Checks that a merchant's summaries are what its payments add up to. `counted` was taken while payments may have moved,
 * so a day that differs is counted anew, between two readings of its summary that agree. `seen` marks the summaries as their rows
 * added up to before: where that is what was counted, nothing is read. Gives false when some day never stood still for long enough.
 */
export const verifySummaries = (
  ports: SummaryReads,
  merchantId: MerchantId,
  counted: Recount,
  seen: TallyMark,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    if (markTallies(NO_TALLIES, counted.values(), ports.digests.sha256) === seen) return ok(true);
    const stored = yield* ports.summaries.tallies(merchantId, {});
    const days = new Set(differing(stored, counted).map((key) => key.slice(0, 'YYYY-MM-DD'.length)));
    let isSettled = true;
    for (const day of [...days].sort())
      isSettled = (yield* verifyDay(ports, merchantId, day, report)) && isSettled;
    return ok(isSettled);
  });

const verifyDay = (
  ports: SummaryReads,
  merchantId: MerchantId,
  day: Day,
  report: Report<IntegrityFinding>,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const range = { from: day, to: day };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = yield* ports.summaries.tallies(merchantId, range);
      const counted = yield* countDay(ports, merchantId, day);
      const after = yield* ports.summaries.tallies(merchantId, range);
      if (differing(before, byKey(after)).length > 0) continue;
      const faults = differing(before, counted).map(
        (id): IntegrityFinding => ({ kind: 'BadRow', merchantId, row: 'summary', id, fault: 'sum' }),
      );
      return reportAll(faults, report).map(() => true);
    }
    return ok(false);
  });

const countDay = (
  { payments }: SummaryReads,
  merchantId: MerchantId,
  day: Day,
): ResultAsync<Recount, StorageUnavailable> =>
  safeTry(async function* () {
    const counted: Recount = new Map();
    const from = fromRfc3339(day);
    for (let before: PaymentId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const found = yield* payments.list(merchantId, { from, to: from + DAY_MS - 1 }, page);
      recount(counted, found);
      before = found.at(-1)?.id;
      if (found.length < PAGE) return ok(counted);
    }
  });

/** The keys under which two sums differ, in order; a sum of nothing is no sum. */
function differing(stored: readonly Tally[], counted: ReadonlyMap<string, Tally>): readonly string[] {
  const kept = byKey(stored);
  const keys = new Set([...kept.keys(), ...counted.keys()]);
  return [...keys].filter((key) => textOf(kept.get(key)) !== textOf(counted.get(key))).sort();
}

const byKey = (tallies: readonly Tally[]): ReadonlyMap<string, Tally> =>
  new Map(tallies.map((tally) => [keyOf(tally), tally]));

const keyOf = ({ day, currency, status }: Tally): string => `${day} ${currency} ${status}`;

const textOf = (tally: Tally | undefined): string =>
  `${tally?.count ?? 0} ${tally?.amount ?? 0n} ${tally?.captured ?? 0n} ${tally?.refunded ?? 0n}`;
