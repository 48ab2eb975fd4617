import { z } from '@hono/zod-openapi';
import { ACCEPTED_CURRENCIES, STORED_CURRENCIES } from '../../../domain/kernel/currency.ts';
import {
  DAY_PATTERN,
  parseDay,
  parseInstant,
  rfc3339,
  TIME_PATTERN,
} from '../../../domain/kernel/instant.ts';
import { present } from '../../../domain/kernel/present.ts';

export const currency = z
  .enum(ACCEPTED_CURRENCIES, { error: 'must be the code of an ISO 4217 currency in use, in upper case' })
  .openapi({ description: 'ISO 4217 code, upper case.', example: 'USD' });

/** What reads are asked by: also currencies that nothing new is taken in. */
export const storedCurrency = z
  .enum(STORED_CURRENCIES, { error: 'must be the code of an ISO 4217 currency, in upper case' })
  .openapi({
    description: 'ISO 4217 code, upper case; also of a currency that was withdrawn.',
    example: 'USD',
  });

/**
 * One of a list, in an answer: what is stored may name values that requests can no longer choose, and a later version may
 * add some. Answers close no list but those of states (test/entrypoints/http/server/closed-lists.test.ts).
 */
export const openList = (known: readonly string[], meaning = '') =>
  z.string().openapi({
    description: `${meaning}${known.map((each) => `\`${each}\``).join(', ')}; others may be added.`,
    ...present({ example: known[0] }),
  });

export const actorType = openList(['user', 'system', 'admin']);

export const customerId = z
  .string()
  .regex(/^cus_[0-9a-f]{32}$/, 'must be the id of a customer')
  .openapi({ example: 'cus_01990000000070008000000000000001' });

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .openapi({ example: 'order-1001' });

const MOST_PAIRS = 50;

export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((pairs) => Object.keys(pairs).length <= MOST_PAIRS, `must have at most ${MOST_PAIRS} pairs`)
  .openapi({ maxProperties: MOST_PAIRS, example: { order: '1001' } });

export const amount = z.int().min(1).openapi({
  format: 'int64',
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'In minor units of the currency: 1250 is USD 12.50 or JPY 1250.',
});

export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9]\d*)$/, 'must be a whole number')
    .refine((text) => Number(text) <= most, `must be at most ${most}`);

const CALENDAR_DAY = 'must be a day that exists (YYYY-MM-DD)';

/** A day that exists, as text. */
export const calendarDay = z
  .string()
  .regex(DAY_PATTERN, CALENDAR_DAY)
  .refine((text) => parseDay(text) !== undefined, CALENDAR_DAY);

/** What `parse` makes of a text, as all that follows sees it; the pattern of the document admits no more than that. */
const timeText = (pattern: string, parse: (text: string) => string | undefined, message: string) =>
  z
    .string()
    .transform((text, context) => {
      const parsed = parse(text);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .openapi({ type: 'string', pattern });

const canonicalTime = (text: string): string | undefined => {
  const instant = parseInstant(text);
  return instant === undefined ? undefined : rfc3339(instant);
};

/** A time in a body, at any offset and as fine as a nanosecond; read as `rfc3339` writes it. */
export const moment = timeText(
  TIME_PATTERN.source,
  canonicalTime,
  'must be an RFC 3339 time that exists',
).openapi({ format: 'date-time', description: 'Cut to the millisecond.', example: '2026-03-01T12:00:00Z' });

/** A `+` that was not percent-encoded reaches a query as a space. */
const plusRestored = (text: string): string => text.replace(/ (?=\d{2}:\d{2}$)/, '+');

/** A day, as it is, or a time, as `rfc3339` writes it. */
const date = timeText(
  `${DAY_PATTERN.source}|${TIME_PATTERN.source.replace('[+-]', '[+ -]')}`,
  (text) => (parseDay(text) === undefined ? canonicalTime(plusRestored(text)) : text),
  'must be a day (YYYY-MM-DD) or an RFC 3339 time that exists',
);

const WRITTEN =
  'A day, or an RFC 3339 time, cut to the millisecond; a `+` that arrives as a space is read as `+`.';

const from = date.optional().openapi({
  description: `Created at or after; a day begins at 00:00 UTC. ${WRITTEN}`,
  example: '2026-03-01',
});
const to = date.optional().openapi({
  description: `Created at or before; a day ends with its last millisecond. ${WRITTEN}`,
  example: '2026-03-01',
});

/** A range of creation times, as text. */
export const period = { start_date: from, end_date: to };

export const timezone = z.string().min(1).max(64).openapi({
  description: 'A name of the IANA time zone database, which says when days begin and what clocks show.',
  example: 'Europe/Berlin',
});

/** The body of a request whose path says all; it may be absent. */
export const nothing = z.strictObject({}).openapi({ example: {} });

/** Of `limit`. */
export const FEWER = 'At most so many: a page whose items are large ends earlier, with a cursor.';

/** What every list takes, as text. */
export const paging = {
  limit: wholeNumber(100)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20, description: FEWER }),
  cursor: z.string().min(1).max(512).optional().openapi({ description: '`next_cursor` of the page before.' }),
};

export const time = z.string().openapi({ format: 'date-time' });

/** A page of a list. */
export const listPage = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next_cursor: z.string().nullable().openapi({ description: 'Null at the end.' }),
    has_more: z.boolean(),
  });

/**
 * Of pairs that are sealed as one text. A link of the audit trail holds that text twice, as it was and as it is, and has to
 * fit into one item of DynamoDB.
 */
const MOST_SEALED_BYTES = 96 * 1_024;

/** Whether pairs can be sealed together, and be changed for others as large. */
export const fitsSealed = (pairs: Readonly<Record<string, string>>): boolean =>
  Buffer.byteLength(JSON.stringify(pairs)) <= MOST_SEALED_BYTES;

export const MUST_FIT_SEALED = `must be at most ${MOST_SEALED_BYTES} bytes of JSON`;
