import {
  dayIn,
  daysLater,
  type Period,
  type PeriodLength,
  periodAfter,
  periodBefore,
  periodOf,
  type Weekday,
  weekdayIn,
  type ZoneClocks,
} from '../kernel/calendar.ts';
import type { Instant } from '../kernel/instant.ts';

/** When in the period after: a weekday of a week, a day of a month, or its last where the month is shorter. */
export type RunTime = Readonly<{ time: string; weekday?: Weekday; day?: number }>;

const USUAL_TIME = '06:00';

/** The time with what it leaves open: six o'clock, Monday, the first. What the length of the periods has no use for is left out. */
export const completeRunTime = (every: PeriodLength, at: Partial<RunTime> = {}): RunTime => ({
  ...(every === 'week' ? { weekday: at.weekday ?? 'monday' } : {}),
  ...(every === 'month' ? { day: at.day ?? 1 } : {}),
  time: at.time ?? USUAL_TIME,
});

/** How often, when, and whose calendar says so: a zone of the IANA database. */
export type ScheduleTiming = Readonly<{ every: PeriodLength; at: RunTime; timezone: string }>;

/** A period, and when its file is made. */
export type ScheduledRun = Readonly<{ period: Period; runAt: Instant }>;

/**
 * A period is exported in the one after it, so that periods and runs are one to one whatever clocks do: a run that they skip comes
 * when they go on, and of a time that they show twice the earlier counts.
 */
export function runOf(
  clocks: ZoneClocks,
  { every, at, timezone }: ScheduleTiming,
  period: Period,
): ScheduledRun {
  const next = periodAfter(every, period);
  const date =
    every === 'day'
      ? next.from
      : every === 'week'
        ? weekdayIn(next, at.weekday ?? 'monday')
        : dayIn(next, at.day ?? 1);
  return { period, runAt: clocks.firstInstantAt(timezone, { date, time: at.time }) };
}

export const runAfter = (
  clocks: ZoneClocks,
  timing: ScheduleTiming,
  { period }: ScheduledRun,
): ScheduledRun => runOf(clocks, timing, periodAfter(timing.every, period));

/** The first run that is later than `now`, and of a period later than `done`. */
export function firstRun(
  clocks: ZoneClocks,
  timing: ScheduleTiming,
  now: Instant,
  done?: Period,
): ScheduledRun {
  const { every, timezone } = timing;
  let run = runOf(clocks, timing, periodBefore(every, periodOf(every, clocks.dateAt(timezone, now))));
  while (run.runAt <= now || (done !== undefined && run.period.from <= done.from))
    run = runAfter(clocks, timing, run);
  return run;
}

/** The first and the last millisecond of a period. */
export const boundsOf = (
  clocks: ZoneClocks,
  { timezone }: ScheduleTiming,
  { from, to }: Period,
): Readonly<{ from: Instant; to: Instant }> => ({
  from: clocks.firstInstantAt(timezone, { date: from, time: '00:00' }),
  to: clocks.firstInstantAt(timezone, { date: daysLater(to, 1), time: '00:00' }) - 1,
});
