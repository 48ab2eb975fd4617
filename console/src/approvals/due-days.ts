const DAY_MS = 86_400_000;
/** A day of the calendar, counted in UTC, where every day is as long as any other. */
const countOf = (year: number, month: number, day: number) => Date.UTC(year, month, day) / DAY_MS;

/** How many days there are until `date` from the day that it is in the zone in which times are read; less than none when that is past. */
export function daysUntil(date: string, now: number, zone: 'utc' | 'local'): number {
  const moment = new Date(now);
  const today =
    zone === 'utc'
      ? Math.floor(now / DAY_MS)
      : countOf(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Date.parse(date) / DAY_MS - today;
}

const plural = (days: number) => (days === 1 ? '1 day' : `${days} days`);

/** How a due date stands to the day that it is, where that matters; later days are said by their date alone. */
export function standing(days: number): string | undefined {
  if (days < 0) return `Overdue by ${plural(-days)}`;
  if (days === 0) return 'Due today';
  if (days === 1) return 'Due tomorrow';
  return undefined;
}

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/** A calendar day in words: the same one in whichever zone times are read. */
export const dayInWords = (date: string): string => FORMAT.format(Date.parse(date));
