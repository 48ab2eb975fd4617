import { costOf, dividedBy, type Fraction, type NanoDollars, roundedUp, times, whole } from './fraction.ts';
import type { UnitPrices } from './prices.ts';
import type { MonthlyLoad } from './usage.ts';

/** What a month costs, item by item. Each is rounded once, so that the items add up to the total exactly. */
export type Bill = Readonly<{ items: Readonly<Record<string, NanoDollars>>; total: NanoDollars }>;

/** AWS's own month of hours. */
export const HOURS = whole(730n);
/** The same month in seconds. */
export const SECONDS = times(HOURS, whole(3_600n));

/** Items with what they add up to. */
export const bill = (items: Readonly<Record<string, NanoDollars>>): Bill => ({
  items,
  total: Object.values(items).reduce((sum, item) => sum + item, 0n),
});

/** What streams, storage and backups cost, however capacity is paid for. */
const beside = (load: MonthlyLoad, prices: UnitPrices) => ({
  streams: costOf(prices.stream_reads, load.streamReads),
  storage: costOf(prices.storage_gb_months, load.storedGb),
  backup: costOf(prices.backup_gb_months, load.backedUpGb),
});

/** A DynamoDB table paid for by the request. */
export const onDemandBill = (load: MonthlyLoad, prices: UnitPrices): Bill =>
  bill({
    writes: costOf(prices.write_requests, load.writes),
    reads: costOf(prices.read_requests, load.reads),
    indexes: costOf(prices.write_requests, load.indexWrites) + costOf(prices.read_requests, load.indexReads),
    ...beside(load, prices),
  });

/**
 * The same table with capacity for the average second at a utilisation: of 0.5, twice as much as is used on average stands
 * ready. Capacity is bought in whole units, for the table and for its indexes.
 */
export function provisionedBill(load: MonthlyLoad, prices: UnitPrices, utilisation: Fraction): Bill {
  const hours = (price: Fraction, units: Fraction) =>
    costOf(price, times(HOURS, whole(roundedUp(dividedBy(dividedBy(units, SECONDS), utilisation)))));
  return bill({
    writes: hours(prices.write_capacity_hours, load.writes),
    reads: hours(prices.read_capacity_hours, load.reads),
    indexes:
      hours(prices.write_capacity_hours, load.indexWrites) +
      hours(prices.read_capacity_hours, load.indexReads),
    ...beside(load, prices),
  });
}

/** The utilisation above which capacity for writes costs less than requests, of which 1 is the most. */
export const evenUtilisation = (prices: UnitPrices): Fraction =>
  dividedBy(dividedBy(prices.write_capacity_hours, whole(3_600n)), prices.write_requests);

/** On demand as a table of the class Standard-IA: requests cost more, storage less. */
export const infrequentBill = (load: MonthlyLoad, prices: UnitPrices): Bill =>
  onDemandBill(load, {
    ...prices,
    write_requests: prices.infrequent_write_requests,
    read_requests: prices.infrequent_read_requests,
    storage_gb_months: prices.infrequent_storage_gb_months,
  });
