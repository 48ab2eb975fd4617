/** Milliseconds since 1970-01-01T00:00:00Z, whole. */
export type Instant = number;

/** RFC 3339 in UTC with milliseconds: `2026-03-01T12:00:00.000Z`. */
export const rfc3339 = (instant: Instant): string => new Date(instant).toISOString();

/** Reads what `rfc3339` wrote. */
export const fromRfc3339 = (text: string): Instant => Date.parse(text);
