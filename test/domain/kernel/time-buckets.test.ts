import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemTimeZones } from '../../../src/adapters/system/time-zones.ts';
import { daysLater } from '../../../src/domain/kernel/calendar.ts';
import { bucketAt, bucketsOf, INTERVALS, type Interval } from '../../../src/domain/kernel/time-buckets.ts';
import { intervals as cut } from '../../fixtures/intervals.ts';
import { trying } from '../arbitraries.ts';

const HOUR_MS = 3_600_000;

const hoursOf = (timezone: string, date: string): readonly number[] =>
  cut('hour', timezone, date).map(({ begin, end }) => (end - begin) / HOUR_MS);

const ZONES = Intl.supportedValuesOf('timeZone');
const day = fc
  .integer({ min: Date.parse('2005-01-01T00:00:00Z'), max: Date.parse('2036-01-01T00:00:00Z') })
  .map((at) => new Date(at).toISOString().slice(0, 10));
const order = fc.record({ timezone: fc.constantFrom(...ZONES), from: day, days: fc.nat(40) });

describe('the intervals of a report', () => {
  it('follow one another without a gap, and are the same time however it is cut, in every zone', () => {
    fc.assert(
      fc.property(order, ({ timezone, from, days }) => {
        const to = daysLater(from, days);
        const ends = INTERVALS.map((interval) => {
          const buckets = cut(interval, timezone, from, to);
          for (const [place, { begin, end }] of buckets.entries()) {
            expect(end).toBeGreaterThan(begin);
            if (place > 0) expect(begin).toBe(buckets[place - 1]?.end);
          }
          return [buckets[0]?.begin, buckets.at(-1)?.end];
        });
        expect(new Set(ends.map((each) => each.join())).size).toBe(1);
      }),
      trying(120),
    );
  });

  it('hold each instant of their time in one place, and none besides', () => {
    fc.assert(
      fc.property(order, fc.nat(1_000_000), ({ timezone, from, days }, share) => {
        const buckets = cut('hour', timezone, from, daysLater(from, days));
        const begin = buckets[0]?.begin ?? 0;
        const end = buckets.at(-1)?.end ?? 0;
        const at = begin + Math.floor(((end - begin - 1) * share) / 1_000_000);
        const held = buckets.flatMap((each, place) => (each.begin <= at && at < each.end ? [place] : []));
        expect(held).toEqual([bucketAt(buckets, at)]);
        expect([begin - 1, end].map((outside) => bucketAt(buckets, outside))).toEqual([-1, -1]);
      }),
      trying(120),
    );
  });

  it('are 23 or 25 hours on a day on which clocks change, and half an hour more or less on Lord Howe', () => {
    const whole = (count: number) => Array.from({ length: count }, () => 1);
    expect(hoursOf('Europe/Berlin', '2026-03-29')).toEqual(whole(23));
    expect(hoursOf('Europe/Berlin', '2026-10-25')).toEqual(whole(25));
    expect(hoursOf('Asia/Kolkata', '2026-10-25')).toEqual(whole(24));
    expect(hoursOf('Australia/Lord_Howe', '2026-10-04')).toEqual([...whole(23), 0.5]);
    expect(hoursOf('Australia/Lord_Howe', '2026-04-05')).toEqual([...whole(24), 0.5]);
    expect(cut('hour', 'Asia/Kolkata', '2026-03-01')[0]?.begin).toBe(Date.parse('2026-02-28T18:30:00Z'));
    // The zone passed over this day.
    expect(hoursOf('Pacific/Apia', '2011-12-30')).toEqual([]);
  });

  it('of weeks and months are cut to the days asked for', () => {
    const dates = (interval: Interval, from: string, to: string) =>
      cut(interval, 'UTC', from, to).map(({ date, end }) => [date, new Date(end).toISOString().slice(0, 10)]);
    expect(dates('week', '2026-02-26', '2026-03-09')).toEqual([
      ['2026-02-26', '2026-03-02'],
      ['2026-03-02', '2026-03-09'],
      ['2026-03-09', '2026-03-10'],
    ]);
    expect(dates('month', '2024-01-31', '2024-03-01')).toEqual([
      ['2024-01-31', '2024-02-01'],
      ['2024-02-01', '2024-03-01'],
      ['2024-03-01', '2024-03-02'],
    ]);
  });

  it('are none at all where there are more than may be', () => {
    const days = { interval: 'day', timezone: 'UTC', from: '2026-01-01', to: '2026-01-10' } as const;
    expect(bucketsOf(systemTimeZones, days, 10)).toHaveLength(10);
    expect(bucketsOf(systemTimeZones, days, 9)).toBeUndefined();
  });
});
