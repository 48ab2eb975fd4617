import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { type Day, dayOf } from '../../domain/kernel/day.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { areUtcDays, type Bucket } from '../../domain/kernel/time-buckets.ts';
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
import { type Tally, tallyOf } from '../../domain/payments/tally.ts';
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

/** What a report that is not of whole UTC days reads one by one. */
export const MOST_READ = 10_000;

export type ReportPaymentsRequest = ReportTime & Readonly<{ merchantId: MerchantId; groupBy?: ReportGroup }>;

/**
 * A merchant's payments by the time they were made, as they stand. Whole days of UTC by currency or status come from tallies, and cost
 * what their days do; but for those by status they have the fees and disputes that were posted in the time, of whichever payments. What tallies do not keep apart is read payment by payment, up to a bound: beyond it nothing is answered. Each
 * payment is counted once, in a state that it had while this was read.
 */
export type ReportPayments = (
  request: ReportPaymentsRequest,
) => ResultAsync<PaymentReport, TimeZoneUnknown | TooManyBuckets | ReportTooLarge | StorageUnavailable>;

type ReportPorts = SumPorts & Readonly<{ clock: Clock; timeZones: TimeZones; ledgerTallies: LedgerTallies }>;

const PAGE = 500;
const DAY_MS = 86_400_000;

export const reportPayments =
  (ports: ReportPorts): ReportPayments =>
  ({ merchantId, groupBy, ...time }) =>
    safeTry(async function* () {
      const timezone = yield* namedZone(ports, time.timezone);
      const cut = yield* reportBuckets(ports.timeZones, ports.clock.now(), { ...time, timezone });
      const order = { ...cut.order, ...present({ groupBy }) };
      const { buckets } = cut;
      const source = isTallied(groupBy) && areUtcDays(buckets) ? 'tallies' : 'payments';
      const sums = reportSums(buckets);
      const read = { ...ports, merchantId, buckets, add: sums.add };
      if (source === 'tallies') yield* addTallies(read, groupBy as 'status' | 'currency' | undefined);
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

const talliesWithin = ({
  summaries,
  merchantId,
  buckets,
}: Reading): ResultAsync<readonly Tally[], StorageUnavailable> => {
  const days = utcDays(buckets);
  return days === undefined ? okAsync([]) : summaries.tallies(merchantId, days);
};

const addTallies = (
  reading: Reading,
  groupBy: 'status' | 'currency' | undefined,
): ResultAsync<void, StorageUnavailable> =>
  talliesWithin(reading).map((tallies) => {
    for (const tally of tallies)
      reading.add({ at: fromRfc3339(tally.day), group: groupOfSum(groupBy, tally), sum: tally });
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

/** Reads in pages of 500, and first the tallies, so that what is far too much costs no more than they do. */
const addPayments = (
  reading: Reading,
  groupBy: ReportGroup | undefined,
): ResultAsync<void, ReportTooLarge | StorageUnavailable> =>
  safeTry(async function* () {
    const { payments, merchantId, buckets, add } = reading;
    const first = buckets[0];
    const last = buckets.at(-1);
    if (first === undefined || last === undefined) return ok();
    const status: PaymentStatus | undefined = groupBy === 'decline_code' ? 'failed' : undefined;
    const known = (yield* talliesWithin(reading))
      .filter((tally) => status === undefined || tally.status === status)
      .reduce((sum, { count }) => sum + count, 0);
    if (known > MOST_READ) return err({ kind: 'ReportTooLarge' as const });
    const filter: PaymentFilter = { from: first.begin, to: last.end - 1, ...present({ status }) };
    let read = 0;
    for (let before: PaymentId | undefined; ; ) {
      const page = yield* payments.list(merchantId, filter, { limit: PAGE, ...present({ before }) });
      read += page.length;
      if (read > MOST_READ) return err({ kind: 'ReportTooLarge' as const });
      for (const payment of page) {
        const group = groupOfPayment(groupBy, payment);
        if (group !== undefined) add({ at: payment.createdAt, group, sum: tallyOf(payment) });
      }
      if (page.length < PAGE) return ok();
      before = page.at(-1)?.id;
    }
  });
