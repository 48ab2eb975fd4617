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
  queries: Fraction;
  /** None where the model counts none. */
  refunds: Fraction;
  writes: Fraction;
  indexWrites: Fraction;
  reads: Fraction;
  indexReads: Fraction;
  streamReads: Fraction;
  storedGb: Fraction;
  backedUpGb: Fraction;
  monthsKept: Fraction;
}>;

/** What AWS calls a gigabyte. */
export const GIGABYTE = whole(1_073_741_824n);

/** What is written and kept is so in each region; what is read is read in one. */
export function monthlyLoad(model: CostModel, usage: Usage): MonthlyLoad {
  const counts = countsOf(model, usage);
  const { writes, indexWrites, reads, indexReads, streamReads, bytes } = requestsOf(model, counts);
  const copies = whole(usage.regions);
  const monthsKept = dividedBy(whole(usage.retentionDays), model.daysOfMonth);
  const storedGb = times(copies, dividedBy(times(bytes, monthsKept), GIGABYTE));
  return {
    transactions: usage.transactionsPerMonth,
    queries: counts.read,
    refunds: counts.refund,
    writes: times(copies, writes),
    indexWrites: times(copies, indexWrites),
    reads,
    indexReads,
    streamReads: times(copies, streamReads),
    storedGb,
    backedUpGb: times(storedGb, model.backedUp),
    monthsKept,
  };
}

type Counts = Readonly<{ payment: Fraction; read: Fraction; refund: Fraction }>;

function countsOf({ requests }: CostModel, usage: Usage): Counts {
  const payment = whole(usage.transactionsPerMonth);
  return {
    payment,
    read: times(payment, usage.queriesPerTransaction),
    refund: 'refund' in requests ? times(payment, usage.refundsPerTransaction) : whole(0n),
  };
}

const requestsOf = (model: CostModel, counts: Counts): RequestUnits =>
  Object.entries(counts).reduce(
    (sum, [kind, count]) => withRequests(sum, unitsOf(model, kind), count),
    NO_REQUESTS,
  );
