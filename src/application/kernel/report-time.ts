import { err, ok, type Result } from 'neverthrow';
import { daysLater, type ZoneClocks } from '../../domain/kernel/calendar.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { type Bucket, type BucketOrder, bucketsOf, type Interval } from '../../domain/kernel/time-buckets.ts';

/** A year of days, two weeks of hours. */
export const MOST_BUCKETS = 400;

export type TooManyBuckets = Readonly<{ kind: 'TooManyBuckets'; interval: Interval }>;
/** More would have to be read than a report may. */
export type ReportTooLarge = Readonly<{ kind: 'ReportTooLarge' }>;

/** Days of the zone, both inclusive. Without an end up to today; without a beginning 30 days, or the day of the hours. */
export type ReportTime = Readonly<{ interval: Interval; timezone: string; from?: string; to?: string }>;

const DAYS_BEFORE = 29;

/** The days with what was left open, and what they are cut into. */
export function reportBuckets(
  clocks: ZoneClocks,
  now: Instant,
  { interval, timezone, ...days }: ReportTime,
): Result<Readonly<{ order: BucketOrder; buckets: readonly Bucket[] }>, TooManyBuckets> {
  const today = clocks.dateAt(timezone, now);
  const to = days.to ?? (days.from !== undefined && days.from > today ? days.from : today);
  const from = days.from ?? (interval === 'hour' ? to : daysLater(to, -DAYS_BEFORE));
  const order = { interval, timezone, from, to };
  const buckets = bucketsOf(clocks, order, MOST_BUCKETS);
  return buckets === undefined ? err({ kind: 'TooManyBuckets', interval }) : ok({ order, buckets });
}
