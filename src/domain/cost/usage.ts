import { dividedBy, type Fraction, times, whole } from './fraction.ts';
import { type CostModel, NO_REQUESTS, type RequestUnits, unitsOf, withRequests } from './request-units.ts';

/** What is asked of the system in a month, and for how long payments are kept. */
export type Usage = Readonly<{
  transactionsPerMonth: bigint;
  queriesPerTransaction: Fraction;
  refundsPerTransaction: Fraction;
  retentionDays: bigint;
  /** How many regions hold the whole table. */
  regions: bigint;
}>;

/** What a month of a usage takes, once it has run for as long as payments are kept. */
export type MonthlyLoad = Readonly<{
  transactions: bigint;
  writes: Fraction;
  indexWrites: Fraction;
  reads: Fraction;
  indexReads: Fraction;
  streamReads: Fraction;
  storedGb: Fraction;
  backedUpGb: Fraction;
}>;

/** What AWS calls a gigabyte. */
const GIGABYTE = whole(1_073_741_824n);

/** What is written and kept is so in each region; what is read is read in one. */
export function monthlyLoad(model: CostModel, usage: Usage): MonthlyLoad {
  const { writes, indexWrites, reads, indexReads, streamReads, bytes } = requestsOf(model, usage);
  const copies = whole(usage.regions);
  const months = dividedBy(whole(usage.retentionDays), model.daysOfMonth);
  const storedGb = times(copies, dividedBy(times(bytes, months), GIGABYTE));
  return {
    transactions: usage.transactionsPerMonth,
    writes: times(copies, writes),
    indexWrites: times(copies, indexWrites),
    reads,
    indexReads,
    streamReads: times(copies, streamReads),
    storedGb,
    backedUpGb: times(storedGb, model.backedUp),
  };
}

function requestsOf(model: CostModel, usage: Usage): RequestUnits {
  const payments = whole(usage.transactionsPerMonth);
  const counts = {
    payment: payments,
    read: times(payments, usage.queriesPerTransaction),
    refund: times(payments, usage.refundsPerTransaction),
  };
  return Object.entries(counts).reduce(
    (sum, [kind, count]) => withRequests(sum, unitsOf(model, kind), count),
    NO_REQUESTS,
  );
}
