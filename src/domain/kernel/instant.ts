/** Milliseconds since 1970-01-01T00:00:00Z, whole. */
export type Instant = number;

/** RFC 3339 in UTC with milliseconds: `2026-03-01T12:00:00.000Z`. */
export function rfc3339(instant: Instant): string {
  // One change prints the same few instants a dozen times.
  const place = instant & (PRINTED - 1);
  const known = printed[place];
  if (known?.instant === instant) return known.text;
  const text = new Date(instant).toISOString();
  printed[place] = { instant, text };
  return text;
}

const PRINTED = 64;
const printed: Readonly<{ instant: Instant; text: string }>[] = [];

/** Reads what `rfc3339` wrote. */
export const fromRfc3339 = (text: string): Instant => Date.parse(text);

/** A time of a stored record: printed by `rfc3339`, or as it is. */
export const instantOf = (time: string | Instant): Instant =>
  typeof time === 'number' ? time : fromRfc3339(time);

/** A `date-time` of RFC 3339 with up to nine digits of a second's fraction; the month decides whether its day exists. */
export const TIME_PATTERN =
  /^([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))[Tt]((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/;

/**
 * Reads a time as others write it: at any offset, in either case, cut to the millisecond. Undefined for what is no RFC
 * 3339 time, for a day that its month has not, for a leap second, which no `Instant` stands for, and for a time outside
 * the years 0000 to 9999 of UTC, which `rfc3339` could not write.
 */
export function parseInstant(text: string): Instant | undefined {
  const [, day, clock, fraction = '', sign, hours, minutes] = TIME_PATTERN.exec(text) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const local = existing(`${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  if (local === undefined) return undefined;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
  const instant = sign === '-' ? local + offset : local - offset;
  return instant < FIRST || instant > LAST ? undefined : instant;
}

const MINUTE_MS = 60_000;
const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** `YYYY-MM-DD`. */
export const DAY_PATTERN = /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;

/** The first millisecond of a day in UTC; undefined for what is no `YYYY-MM-DD` or a day that its month has not. */
export function parseDay(text: string): Instant | undefined {
  const known = readDays.get(text);
  if (known !== undefined) return known;
  const day = DAY_PATTERN.test(text) ? existing(`${text}T00:00:00.000Z`) : undefined;
  if (day === undefined) return undefined;
  if (readDays.size === MOST_READ_DAYS) readDays.clear();
  readDays.set(text, day);
  return day;
}

/** A file of a million rows names a few days. */
const MOST_READ_DAYS = 1_024;
const readDays = new Map<string, Instant>();

/** `Date` reads February 30 as March 2: a time that exists is written as it was read. */
function existing(utc: string): Instant | undefined {
  const instant = Date.parse(utc);
  return !Number.isNaN(instant) && new Date(instant).toISOString() === utc ? instant : undefined;
}
