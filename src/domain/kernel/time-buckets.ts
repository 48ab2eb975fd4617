import { daysLater, PERIODS, periodOf, type ZoneClocks } from './calendar.ts';
import type { Instant } from './instant.ts';

/** What a report cuts time into. Hours are counted from the midnight of the zone; days, weeks and months are of its calendar. */
export const INTERVALS = ['hour', ...PERIODS] as const;
export type Interval = (typeof INTERVALS)[number];

/** Days `YYYY-MM-DD` on the zone's calendar, both inclusive, and what they are cut into. */
export type BucketOrder = Readonly<{ interval: Interval; timezone: string; from: string; to: string }>;

/** From `begin` to before `end`; `date` is the day of the zone that it begins in. Never empty. */
export type Bucket = Readonly<{ date: string; begin: Instant; end: Instant }>;

const HOUR_MS = 3_600_000;

/**
 * The order's time, in pieces that follow one another without a gap: those of a day are the day, however long clocks make it, so the
 * last hour of a day may be shorter than others. Weeks and months at the ends are cut to the days asked for, and a day that a zone
 * skipped has none. Undefined when there are more than `most`.
 */
export function bucketsOf(
  clocks: ZoneClocks,
  { interval, timezone, from, to }: BucketOrder,
  most: number,
): readonly Bucket[] | undefined {
  const midnight = (date: string) => clocks.firstInstantAt(timezone, { date, time: '00:00' });
  const length = interval === 'hour' ? 'day' : interval;
  const buckets: Bucket[] = [];
  for (let date = from; date <= to; ) {
    const ends = periodOf(length, date).to;
    const next = daysLater(ends < to ? ends : to, 1);
    const end = midnight(next);
    let begin = midnight(date);
    while (begin < end) {
      const until = interval === 'hour' ? Math.min(begin + HOUR_MS, end) : end;
      buckets.push({ date, begin, end: until });
      begin = until;
    }
    if (buckets.length > most) return undefined;
    date = next;
  }
  return buckets;
}

/** The place of the bucket that holds an instant, among those that follow one another; −1 outside of all. */
export function bucketAt(buckets: readonly Bucket[], at: Instant): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return (buckets[low]?.begin ?? Number.POSITIVE_INFINITY) <= at ? low : -1;
}
