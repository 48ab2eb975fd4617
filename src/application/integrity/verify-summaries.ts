import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Day } from '../../domain/kernel/day.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { addTallies, type Tally, tallyOf } from '../../domain/payments/tally.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Payments } from '../../ports/payments.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { markTallies, NO_TALLIES, type TallyMark } from './stored-sums.ts';
import { verifyDaySums } from './verify-day-sums.ts';

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

const PAGE = 500;
const DAY_MS = 24 * 3_600_000;

/**
 * Checks that a merchant's summaries are what its payments add up to. `seen` marks the summaries as their rows added up to before: where
 * that is what was counted, nothing is read. Gives false when some day never stood still for long enough.
 */
export const verifySummaries = (
  ports: SummaryReads,
  merchantId: MerchantId,
  counted: Recount,
  seen: TallyMark,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  markTallies(NO_TALLIES, counted.values(), ports.digests.sha256) === seen
    ? okAsync(true)
    : verifyDaySums<Tally>(
        {
          row: 'summary',
          stored: (range) => ports.summaries.tallies(merchantId, range),
          count: (day) => countDay(ports, merchantId, day),
          keyOf,
          figuresOf: ({ count, amount, captured, refunded }) => [count, amount, captured, refunded],
        },
        merchantId,
        counted,
        report,
      );

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

const keyOf = ({ day, currency, status }: Tally): string => `${day} ${currency} ${status}`;
