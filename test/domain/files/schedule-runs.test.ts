import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemTimeZones } from '../../../src/adapters/system/time-zones.ts';
import {
  boundsOf,
  completeRunTime,
  firstRun,
  type RunTime,
  runAfter,
  runOf,
  type ScheduleTiming,
} from '../../../src/domain/files/schedule-runs.ts';
import {
  daysLater,
  PERIODS,
  type PeriodLength,
  periodAfter,
  periodBefore,
  periodOf,
  WEEKDAYS,
} from '../../../src/domain/kernel/calendar.ts';
import { trying } from '../arbitraries.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const FIRST = Date.parse('2020-01-01T00:00:00Z');
const LAST = Date.parse('2036-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

const instant = fc.integer({ min: FIRST, max: LAST });
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => `${part}`.padStart(2, '0')).join(':'));
const runTime = (every: PeriodLength): fc.Arbitrary<RunTime> =>
  fc
    .record({ time, weekday: fc.constantFrom(...WEEKDAYS), day: fc.integer({ min: 1, max: 31 }) })
    .map((at) => completeRunTime(every, at));
const timing: fc.Arbitrary<ScheduleTiming> = fc
  .constantFrom(...PERIODS)
  .chain((every) =>
    fc.record({ every: fc.constant(every), at: runTime(every), timezone: fc.constantFrom(...ZONES) }),
  );

const monthly = (year: number) =>
  Array.from({ length: 12 }, (_, month) => `${year}-${`${month + 1}`.padStart(2, '0')}-01`);

const at = (text: string) => Date.parse(text);
const runsFrom = (its: ScheduleTiming, from: string, count: number) => {
  const runs = [firstRun(systemTimeZones, its, at(from))];
  while (runs.length < count) runs.push(runAfter(systemTimeZones, its, runs.at(-1) ?? runs[0]!));
  return runs.map(({ period, runAt }) => `${period.from} ${period.to} ${new Date(runAt).toISOString()}`);
};

describe('periods', () => {
  it('follow one another without a gap, and hold each of their days', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PERIODS), instant, (length, now) => {
        const date = new Date(now).toISOString().slice(0, 10);
        const period = periodOf(length, date);
        expect(period.from <= date && date <= period.to).toBe(true);
        const next = periodAfter(length, period);
        expect(next.from).toBe(daysLater(period.to, 1));
        expect(periodBefore(length, next)).toEqual(period);
        expect(periodOf(length, period.from)).toEqual(period);
        expect(periodOf(length, period.to)).toEqual(period);
      }),
      trying(200),
    );
  });

  it('of a week begin on Monday, of a month on the first, leap years included', () => {
    expect(periodOf('week', '2026-03-01')).toEqual({ from: '2026-02-23', to: '2026-03-01' });
    expect(periodOf('week', '1969-12-31')).toEqual({ from: '1969-12-29', to: '1970-01-04' });
    expect(periodOf('month', '2028-02-03')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
    expect(periodOf('month', '2026-12-31')).toEqual({ from: '2026-12-01', to: '2026-12-31' });
  });
});

describe('runs of a schedule', () => {
  it('of the 31st of a month come on the last day of shorter months', () => {
    const its = { every: 'month', at: { day: 31, time: '06:00' }, timezone: 'UTC' } as const;
    expect(runsFrom(its, '2028-01-31T06:00:00Z', 3)).toEqual([
      '2028-01-01 2028-01-31 2028-02-29T06:00:00.000Z',
      '2028-02-01 2028-02-29 2028-03-31T06:00:00.000Z',
      '2028-03-01 2028-03-31 2028-04-30T06:00:00.000Z',
    ]);
  });

  it('of a week come on their weekday, of the week from Monday to Sunday before', () => {
    const its = {
      every: 'week',
      at: { weekday: 'wednesday', time: '23:30' },
      timezone: 'Asia/Tokyo',
    } as const;
    expect(runsFrom(its, '2026-03-04T14:29:59.999Z', 2)).toEqual([
      '2026-02-23 2026-03-01 2026-03-04T14:30:00.000Z',
      '2026-03-02 2026-03-08 2026-03-11T14:30:00.000Z',
    ]);
  });

  it('come once where clocks skip their time, and once where they show it twice', () => {
    const its = { every: 'day', at: { time: '02:30' }, timezone: 'Europe/Berlin' } as const;
    expect(runsFrom(its, '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-27 2026-03-27 2026-03-28T01:30:00.000Z',
      '2026-03-28 2026-03-28 2026-03-29T01:00:00.000Z',
      '2026-03-29 2026-03-29 2026-03-30T00:30:00.000Z',
    ]);
    expect(runsFrom(its, '2026-10-23T12:00:00Z', 3)).toEqual([
      '2026-10-23 2026-10-23 2026-10-24T00:30:00.000Z',
      '2026-10-24 2026-10-24 2026-10-25T00:30:00.000Z',
      '2026-10-25 2026-10-25 2026-10-26T01:30:00.000Z',
    ]);
  });

  it('begin with the first that is later than now, and of a period that is not done', () => {
    fc.assert(
      fc.property(timing, instant, fc.boolean(), (its, now, isDone) => {
        const first = firstRun(systemTimeZones, its, now);
        expect(first.runAt).toBeGreaterThan(now);
        const before = runOf(systemTimeZones, its, periodBefore(its.every, first.period));
        expect(before.runAt).toBeLessThanOrEqual(now);
        const done = isDone ? first.period : before.period;
        expect(firstRun(systemTimeZones, its, now, done)).toEqual(
          isDone ? runAfter(systemTimeZones, its, first) : first,
        );
      }),
      trying(300),
    );
  });

  /** The run of a period is in the period after it, after the last and before the next; periods share no instant and miss none. */
  function expectOneRun(its: ScheduleTiming, date: string): void {
    const period = periodOf(its.every, date);
    const run = runOf(systemTimeZones, its, period);
    const next = runAfter(systemTimeZones, its, run);
    const [bounds, after, later] = [period, next.period, periodAfter(its.every, next.period)].map((each) =>
      boundsOf(systemTimeZones, its, each),
    );
    const facts = JSON.stringify({ ...its, date });
    expect(after?.from, facts).toBe((bounds?.to ?? 0) + 1);
    expect(run.runAt, facts).toBeGreaterThan(bounds?.to ?? 0);
    expect(run.runAt, facts).toBeLessThanOrEqual(after?.to ?? 0);
    expect(next.runAt, facts).toBeGreaterThanOrEqual(later?.from ?? 0);
    expect(next.runAt, facts).toBeGreaterThan(run.runAt);
    // Whenever it is looked for between the run before and this one, it is this one that comes.
    expect(firstRun(systemTimeZones, its, run.runAt - 1), facts).toEqual(run);
    expect(firstRun(systemTimeZones, its, run.runAt), facts).toEqual(next);
  }

  it('are one for each period, in every zone and year, at any time of day', () => {
    fc.assert(
      fc.property(timing, instant, (its, now) => {
        expectOneRun(its, new Date(now).toISOString().slice(0, 10));
      }),
      trying(600),
    );
  });

  it('are one for each day on which a zone changes its clocks, at any time of that day', () => {
    // Every zone is 400 of them, some minutes: `npm run test:deep`.
    const isDeep = process.env['PAYWRIGHT_EVERY_ZONE'] === '1';
    const years = Array.from({ length: 16 }, (_, index) => 2020 + index);
    let changes = 0;
    const tried = fc.sample(time, trying(isDeep ? 48 : 2));
    for (const [index, timezone] of ZONES.entries()) {
      if (!isDeep && index % 20 !== 0) continue;
      for (const date of changesOf(timezone, years)) {
        changes += 1;
        for (const each of ['00:00', '02:30', ...tried])
          for (const day of [daysLater(date, -1), date])
            expectOneRun({ every: 'day', at: { time: each }, timezone }, day);
      }
    }
    expect(changes).toBeGreaterThan(100);
  });
});

/** The dates on which the clocks of a zone change: months first, then days. */
function changesOf(timezone: string, years: readonly number[]): readonly string[] {
  const offsetAt = (date: string) =>
    systemTimeZones.firstInstantAt(timezone, { date, time: '12:00' }) - Date.parse(`${date}T12:00:00Z`);
  const found: string[] = [];
  for (const from of years.flatMap(monthly)) {
    const to = daysLater(periodOf('month', from).to, 1);
    if (offsetAt(from) === offsetAt(to)) continue;
    let low = from;
    let high = to;
    while (daysLater(low, 1) < high) {
      const middle = daysLater(low, Math.floor((Date.parse(high) - Date.parse(low)) / DAY_MS / 2));
      if (offsetAt(middle) === offsetAt(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}
