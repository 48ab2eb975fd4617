import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { type Day, dayOf } from '../../domain/kernel/day.ts';
import { type DayParts, dayParts } from '../../domain/kernel/day-parts.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Bucket } from '../../domain/kernel/time-buckets.ts';
import type { LedgerTally, TalliedType } from '../../domain/ledger/ledger-tally.ts';
import type { PaymentStatus } from '../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import {
  groupOfPayment,
  groupOfSum,
  hasCosts,
  isTallied,
  type PaymentReport,
  type ReportCosts,
  type ReportGroup,
  type ReportPart,
  reportSums,
} from '../../domain/payments/payment-report.ts';
import { tallyOf } from '../../domain/payments/tally.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import type { TimeZones } from '../../ports/time-zones.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { namedZone, type TimeZoneUnknown } from '../kernel/named-zone.ts';
import {
  type ReportTime,
  type ReportTooLarge,
  reportBuckets,
  type TooManyBuckets,
} from '../kernel/report-time.ts';
import type { SumPorts } from './payment-sums.ts';
import { paymentWalk } from './payment-walk.ts';
import { cutDayParts } from './report-cut-days.ts';

/** How many payments a report reads one by one at the most. */
export const MOST_READ = 10_000;

export type ReportPaymentsRequest = ReportTime & Readonly<{ merchantId: MerchantId; groupBy?: ReportGroup }>;

/**
 * A merchant's payments by the time they were made, as they stand. Whole days of UTC by currency or status come from tallies, and cost
 * what their days do; but for those by status they have the fees and disputes that were posted in the time, of whichever payments. Of a day of UTC that intervals cut in two only the payments of
 * the shorter part are read; hours, and groups that tallies do not keep apart, are read payment by payment. All that is read has a bound: beyond it nothing is answered.
 * Each payment is counted once, in a state that it had while this was read.
 */
export type ReportPayments = (
  request: ReportPaymentsRequest,
) => ResultAsync<PaymentReport, TimeZoneUnknown | TooManyBuckets | ReportTooLarge | StorageUnavailable>;

type ReportPorts = SumPorts & Readonly<{ clock: Clock; timeZones: TimeZones; ledgerTallies: LedgerTallies }>;

const DAY_MS = 86_400_000;

export const reportPayments =
  (ports: ReportPorts): ReportPayments =>
  ({ merchantId, groupBy, ...time }) =>
    safeTry(async function* () {
      const timezone = yield* namedZone(ports, time.timezone);
      const cut = yield* reportBuckets(ports.timeZones, ports.clock.now(), { ...time, timezone });
      const order = { ...cut.order, ...present({ groupBy }) };
      const { buckets } = cut;
      const parts = dayParts(buckets);
      const source = isTallied(groupBy) && parts.cut.length === 0 ? 'tallies' : 'payments';
      const sums = reportSums(buckets);
      const read = { ...ports, merchantId, buckets, add: sums.add };
      if (isTallied(groupBy)) yield* addDays(read, parts, groupBy);
      else yield* addPayments(read, groupBy);
      if (hasCosts(source, groupBy)) yield* addCosts({ ...read, ...ports }, groupBy === 'currency');
      return ok({ order, source, ...sums.result() } satisfies PaymentReport);
    });

/** The days of UTC that lie in the time as a whole; undefined where none does. */
function utcDays(buckets: readonly Bucket[]): Readonly<{ from: Day; to: Day }> | undefined {
  const [first] = buckets;
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const begin = Math.ceil(first.begin / DAY_MS) * DAY_MS;
  const end = Math.floor(last.end / DAY_MS) * DAY_MS;
  return begin < end ? { from: dayOf(begin), to: dayOf(end - 1) } : undefined;
}

type Reading = SumPorts &
  Readonly<{ merchantId: MerchantId; buckets: readonly Bucket[]; add: (part: ReportPart) => void }>;

/** Days that are in one interval as tallies have them, and the parts of those that are not. */
const addDays = (
  { payments, summaries, merchantId, add }: Reading,
  { whole, cut }: DayParts,
  groupBy: 'status' | 'currency' | undefined,
): ResultAsync<void, ReportTooLarge | StorageUnavailable> =>
  safeTry(async function* () {
    const days = [...whole, ...cut.map(({ day }) => day)].toSorted();
    const [from] = days;
    const to = days.at(-1);
    if (from === undefined || to === undefined) return ok();
    const tallies = yield* summaries.tallies(merchantId, { from, to });
    for (const sum of tallies)
      if (whole.has(sum.day)) add({ at: fromRfc3339(sum.day), group: groupOfSum(groupBy, sum), sum });
    const request = { merchantId, days: cut, tallies, mostRead: MOST_READ };
    for (const { at, sum } of yield* cutDayParts({ payments, summaries }, request))
      add({ at, group: groupOfSum(groupBy, sum), sum });
    return ok();
  });

const addCosts = (
  { ledgerTallies, merchantId, buckets, add }: Reading & Pick<ReportPorts, 'ledgerTallies'>,
  isByCurrency: boolean,
): ResultAsync<void, StorageUnavailable> => {
  const days = utcDays(buckets);
  const tallies = days === undefined ? okAsync([]) : ledgerTallies.of(merchantId, days);
  return tallies.map((all) => {
    for (const tally of all) {
      const { day, currency, type } = tally;
      const group = isByCurrency ? currency : '';
      add({ at: fromRfc3339(day), currency, group, costs: COSTS[type](tally) });
    }
  });
};

const NO_COSTS: ReportCosts = { fees: 0n, disputes: 0, disputed: 0n };

/** What entries of each type are to whom they cost something. */
const COSTS: Readonly<Record<TalliedType, (tally: LedgerTally) => ReportCosts>> = {
  fee: ({ amount }) => ({ ...NO_COSTS, fees: amount }),
  fee_refund: ({ amount }) => ({ ...NO_COSTS, fees: -amount }),
  chargeback: ({ count, amount }) => ({ fees: 0n, disputes: count, disputed: amount }),
  chargeback_reversal: ({ amount }) => ({ ...NO_COSTS, disputed: -amount }),
};

/** First the tallies, so that what is far too much costs no more than they do. */
const addPayments = (
  { payments, summaries, merchantId, buckets, add }: Reading,
  groupBy: Exclude<ReportGroup, 'status' | 'currency'>,
): ResultAsync<void, ReportTooLarge | StorageUnavailable> =>
  safeTry(async function* () {
    const first = buckets[0];
    const last = buckets.at(-1);
    if (first === undefined || last === undefined) return ok();
    const status: PaymentStatus | undefined = groupBy === 'decline_code' ? 'failed' : undefined;
    const days = utcDays(buckets);
    const known = (days === undefined ? [] : yield* summaries.tallies(merchantId, days))
      .filter((tally) => status === undefined || tally.status === status)
      .reduce((sum, { count }) => sum + count, 0);
    if (known > MOST_READ) return err({ kind: 'ReportTooLarge' as const });
    const filter: PaymentFilter = { from: first.begin, to: last.end - 1, ...present({ status }) };
    return paymentWalk(
      { payments },
      merchantId,
      MOST_READ,
    )(filter, (payment) => {
      const group = groupOfPayment(groupBy, payment);
      if (group !== undefined) add({ at: payment.createdAt, group, sum: tallyOf(payment) });
    });
  });
