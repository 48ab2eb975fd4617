/** Milliseconds since 1970-01-01T00:00:00Z, whole. */
export type Instant = number;

/** RFC 3339 in UTC with milliseconds: `2026-03-01T12:00:00.000Z`. */
export function rfc3339(instant: Instant): string {
  // One change prints the same instant a dozen times.
  if (instant !== latest.instant) latest = { instant, text: new Date(instant).toISOString() };
  return latest.text;
}

let latest = { instant: 0, text: '1970-01-01T00:00:00.000Z' };

/** Reads what `rfc3339` wrote. */
export const fromRfc3339 = (text: string): Instant => Date.parse(text);
