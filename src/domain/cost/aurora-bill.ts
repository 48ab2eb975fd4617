import { type Bill, bill, HOURS, SECONDS } from './bill.ts';
import { costOf, dividedBy, type Fraction, fraction, plus, roundedUp, times, whole } from './fraction.ts';
import { MEASURED } from './measured-capacity.ts';
import type { UnitPrices } from './prices.ts';
import { GIGABYTE, type MonthlyLoad } from './usage.ts';

/** A request of Aurora's storage carries as much of the log. */
const LOG_REQUEST_BYTES = 4_096n;

/**
 * How much of a payment's work each other request is, no less than the benchmarks of PostgreSQL had it: 3 932 payments a
 * second, 33 982 replays, which read one payment's answer by its key, and 3 022 refunds (`docs/benchmarks.md`).
 */
export const SHARE_OF_A_PAYMENT = { read: fraction('0.125'), refund: fraction('1.5') } as const;

/** How many payments a second a capacity unit takes is an assumption, and on the safe side; bytes are measured on PostgreSQL. */
const AURORA = {
  leastCapacity: fraction('0.5'),
  paymentsPerCapacitySecond: whole(100n),
  requestsPerPayment: whole(roundedUp({ of: BigInt(MEASURED.postgres.log_bytes), over: LOG_REQUEST_BYTES })),
  gigabytesPerPayment: dividedBy(whole(BigInt(MEASURED.postgres.bytes)), GIGABYTE),
};

/**
 * Aurora Serverless v2, Standard storage, in one region for each that holds the table; backups of a day are free there.
 * Each region has the capacity for all reads, as any of them may have to take over. A refund writes and leaves what a
 * payment does, which of DynamoDB was measured to be more than it is.
 */
export function auroraBill(
  load: MonthlyLoad,
  prices: UnitPrices,
  { utilisation, regions }: Readonly<{ utilisation: Fraction; regions: bigint }>,
): Bill {
  if (load.transactions === 0n) return bill({ capacity: 0n, storage: 0n, requests: 0n });
  const payments = whole(load.transactions);
  const written = plus(payments, load.refunds);
  const work = plus(
    payments,
    plus(times(load.queries, SHARE_OF_A_PAYMENT.read), times(load.refunds, SHARE_OF_A_PAYMENT.refund)),
  );
  const busy = dividedBy(dividedBy(dividedBy(work, SECONDS), AURORA.paymentsPerCapacitySecond), utilisation);
  const isIdle = busy.of * AURORA.leastCapacity.over < AURORA.leastCapacity.of * busy.over;
  const copies = whole(regions);
  return bill({
    capacity: costOf(
      prices.aurora_capacity_hours,
      times(copies, times(HOURS, isIdle ? AURORA.leastCapacity : busy)),
    ),
    storage: costOf(
      prices.aurora_storage_gb_months,
      times(copies, times(load.monthsKept, times(written, AURORA.gigabytesPerPayment))),
    ),
    requests: costOf(prices.aurora_requests, times(copies, times(written, AURORA.requestsPerPayment))),
  });
}
