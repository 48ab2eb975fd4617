import { type Instant, parseDay, rfc3339 } from './instant.ts';

/** What a schedule repeats by. A week is that of ISO 8601, from Monday to Sunday. */
export const PERIODS = ['day', 'week', 'month'] as const;
export type PeriodLength = (typeof PERIODS)[number];

/** Days `YYYY-MM-DD` on the calendar of some time zone, both inclusive. */
export type Period = Readonly<{ from: string; to: string }>;

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const DAY_MS = 86_400_000;

/** A day as the instant at which it begins in UTC, where every day is as long as any other. */
const dayNumber = (date: string): Instant => {
  const day = parseDay(date);
  if (day === undefined) throw new Error(`${date} is no day`);
  return day;
};
const dateOf = (day: Instant): string => rfc3339(day).slice(0, 'YYYY-MM-DD'.length);

export const daysLater = (date: string, days: number): string => dateOf(dayNumber(date) + days * DAY_MS);

/** From 0 for Monday. The epoch was a Thursday. */
const weekdayOf = (date: string): number => (((dayNumber(date) / DAY_MS + 3) % 7) + 7) % 7;

const firstOfMonth = (date: string): string => `${date.slice(0, 'YYYY-MM'.length)}-01`;
const lastOfMonth = (date: string): string => daysLater(firstOfMonth(daysLater(firstOfMonth(date), 31)), -1);

/** The day, the week or the month that a date is in. */
export function periodOf(length: PeriodLength, date: string): Period {
  if (length === 'day') return { from: date, to: date };
  if (length === 'month') return { from: firstOfMonth(date), to: lastOfMonth(date) };
  const from = daysLater(date, -weekdayOf(date));
  return { from, to: daysLater(from, 6) };
}

export const periodAfter = (length: PeriodLength, { to }: Period): Period =>
  periodOf(length, daysLater(to, 1));

export const periodBefore = (length: PeriodLength, { from }: Period): Period =>
  periodOf(length, daysLater(from, -1));

/** The weekday of a week. */
export const weekdayIn = ({ from }: Period, weekday: Weekday): string =>
  daysLater(from, WEEKDAYS.indexOf(weekday));

/** The day of a month, or its last where it is shorter. */
export const dayIn = ({ from, to }: Period, day: number): string => {
  const date = daysLater(from, day - 1);
  return date < to ? date : to;
};

/** A date of the Gregorian calendar as `YYYY-MM-DD`, and a time of day as `HH:MM`; in no time zone. */
export type LocalTime = Readonly<{ date: string; time: string }>;

/** What calendars and clocks show in a time zone. */
export interface ZoneClocks {
  dateAt(zone: string, at: Instant): string;
  /**
   * The first instant at which clocks show the time: where they show it twice, the earlier; where they skip it, the first that
   * they show after it.
   */
  firstInstantAt(zone: string, local: LocalTime): Instant;
}

/** The clocks of UTC, for what knows no other zone. */
export const UTC_CLOCKS: ZoneClocks = {
  dateAt: (_, at) => dateOf(at),
  firstInstantAt: (_, { date, time }) => Date.parse(`${date}T${time}:00.000Z`),
};
