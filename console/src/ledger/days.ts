/** How times are read on the page. */
type Zone = 'utc' | 'local';
type Asked = Readonly<{ start_date?: string | undefined; end_date?: string | undefined }>;

/** The first and the last of some days, as `2026-03-01`. */
export type StatementDays = Readonly<{ from: string; to: string }>;

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

const written = (at: number): string => new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);

/** Whether the text is a day that its month has, as `2026-03-01`. */
export const isDay = (text: string): boolean =>
  /^[12]\d{3}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  written(Date.parse(text)) === text;

/** The day on which a moment is in the zone. */
export function dayOf(moment: number, zone: Zone): string {
  const at = new Date(moment);
  return zone === 'utc' ? written(moment) : written(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()));
}

/** So many days after one, or before it. Counted in UTC, where every day is as long as any other. */
export const daysAfter = (day: string, days: number): string => written(Date.parse(day) + days * DAY_MS);

/** The days that are asked for; without a last one until today, without a first one thirty in all. */
export function chosenDays({ start_date, end_date }: Asked, today: string): StatementDays {
  const latest = start_date !== undefined && start_date > today ? start_date : today;
  const to = end_date ?? latest;
  return { from: start_date ?? daysAfter(to, 1 - USUAL_DAYS), to };
}

const startOf = (day: string): number => new Date(`${day}T00:00:00`).getTime();

/** Whole days of the zone as the API takes a time, both ends within it. It reads bare days in UTC. */
export const timeOf = ({ from, to }: StatementDays, zone: Zone) =>
  zone === 'utc'
    ? { start_date: from, end_date: to }
    : {
        start_date: new Date(startOf(from)).toISOString(),
        end_date: new Date(startOf(daysAfter(to, 1)) - 1).toISOString(),
      };
