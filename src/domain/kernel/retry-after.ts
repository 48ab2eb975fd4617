import type { Instant } from './instant.ts';

/**
 * What a `Retry-After` header asks for, in milliseconds from `now`: a number of seconds or an HTTP date; undefined when it
 * is neither, or over.
 */
export function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : dateOf(text) - now;
  return ms > 0 ? ms : undefined;
}

/** The one form of dates that HTTP still writes: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const dateOf = (text: string): number => (HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN);
