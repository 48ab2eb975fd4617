import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysLater } from '../../../src/domain/kernel/calendar.ts';
import { dayOf } from '../../../src/domain/kernel/day.ts';
import { dayParts } from '../../../src/domain/kernel/day-parts.ts';
import { bucketAt, INTERVALS } from '../../../src/domain/kernel/time-buckets.ts';
import { intervals as cut } from '../../fixtures/intervals.ts';
import { trying } from '../arbitraries.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const order = fc.record({
  interval: fc.constantFrom(...INTERVALS),
  timezone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  from: fc
    .integer({ min: Date.parse('2005-01-01T00:00:00Z'), max: Date.parse('2036-01-01T00:00:00Z') })
    .map((at) => dayOf(at)),
  days: fc.nat(40),
});

describe('the days of UTC under the intervals of a report', () => {
  it('have each instant of their time in one part, and a rest in one interval, in every zone', () => {
    fc.assert(
      fc.property(order, fc.nat(1_000_000), ({ interval, timezone, from, days }, share) => {
        const buckets = cut(interval, timezone, from, daysLater(from, days));
        const parts = dayParts(buckets);
        const begin = buckets[0]?.begin ?? 0;
        const end = buckets.at(-1)?.end ?? 0;
        const ends = parts.cut.flatMap(({ read, rest }) => [...read, ...(rest ? [rest] : [])]);
        for (const at of [begin, end - 1, begin + Math.floor(((end - begin - 1) * share) / 1_000_000)]) {
          const inDays = parts.whole.has(dayOf(at)) ? 1 : 0;
          const inSpans = ends.filter((span) => span.begin <= at && at < span.end).length;
          expect(inDays + inSpans).toBe(1);
        }
        for (const day of parts.whole) {
          const at = Date.parse(`${day}T00:00:00Z`);
          expect(bucketAt(buckets, at)).toBeGreaterThanOrEqual(0);
          expect(bucketAt(buckets, at + DAY_MS - 1)).toBe(bucketAt(buckets, at));
        }
        for (const { day, read, rest } of parts.cut) {
          const length = read.reduce((sum, span) => sum + span.end - span.begin, 0);
          expect(read.every((span) => dayOf(span.begin) === day && dayOf(span.end - 1) === day)).toBe(true);
          if (rest === undefined) continue;
          expect(length + rest.end - rest.begin).toBe(DAY_MS);
          expect(length).toBeLessThanOrEqual(DAY_MS / 2);
          expect(bucketAt(buckets, rest.end - 1)).toBe(bucketAt(buckets, rest.begin));
          expect(bucketAt(buckets, rest.begin)).toBeGreaterThanOrEqual(0);
        }
      }),
      trying(120),
    );
  });

  it('are whole where the zone has its midnights, summer time or not', () => {
    const isCut = (...of: Parameters<typeof cut>) => dayParts(cut(...of)).cut.length > 0;
    expect(isCut('month', 'UTC', '2026-01-01', '2026-12-31')).toBe(false);
    expect(isCut('day', 'Europe/London', '2026-01-01', '2026-01-31')).toBe(false);
    expect(isCut('day', 'Europe/London', '2026-03-01', '2026-03-31')).toBe(true);
    expect(isCut('hour', 'UTC', '2026-01-01')).toBe(true);
  });

  it('are read for the hours alone by which a zone is off, and hours as a whole', () => {
    const hoursRead = (...of: Parameters<typeof cut>) =>
      dayParts(cut(...of)).cut.map(
        ({ read }) => read.reduce((sum, { begin, end }) => sum + end - begin, 0) / HOUR_MS,
      );
    expect(hoursRead('day', 'Europe/Berlin', '2026-01-02', '2026-01-03')).toEqual([1, 1, 1]);
    expect(hoursRead('day', 'Asia/Kolkata', '2026-01-02', '2026-01-03')).toEqual([5.5, 5.5, 5.5]);
    expect(hoursRead('day', 'America/Los_Angeles', '2026-01-02')).toEqual([8, 8]);
    expect(hoursRead('month', 'Asia/Kathmandu', '2026-01-01', '2026-02-28')).toEqual([5.75, 5.75, 5.75]);
    expect(hoursRead('hour', 'UTC', '2026-01-02')).toEqual([24]);
    expect(hoursRead('hour', 'Asia/Kolkata', '2026-01-02')).toEqual([5.5, 18.5]);
  });
});
