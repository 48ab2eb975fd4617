import { z } from '@hono/zod-openapi';
import { MOST_BUCKETS, type TooManyBuckets } from '../../../application/kernel/report-time.ts';
import { INTERVALS } from '../../../domain/kernel/time-buckets.ts';
import { type Cell, csvLines } from '../../files/csv.ts';
import { answerJson, type HttpContext } from './request-context.ts';
import { fileName } from './route.ts';
import { json, text } from './route-description.ts';
import { calendarDay } from './schemas.ts';

const FIRST_DAY = '1970-01-01';
const LAST_DAY = '9998-12-31';

/** A day that exists, as text, in years that every storage and calendar has. */
export const day = calendarDay.refine(
  (date) => FIRST_DAY <= date && date <= LAST_DAY,
  `must be from ${FIRST_DAY} to ${LAST_DAY}`,
);

/** The days of a report, as text. */
export const reportDays = {
  from: day.optional().openapi({
    description: 'The first day. Without it the 30 days up to `to`, or with `interval=hour` that day.',
    example: '2026-03-01',
  }),
  to: day.optional().openapi({
    description: 'The last day, all of it. Without it today.',
    example: '2026-03-31',
  }),
};

/** How its time is cut, as text. */
export const reportInterval = z
  .enum(INTERVALS, { error: 'must be `hour`, `day`, `week` or `month`' })
  .optional()
  .openapi({
    description:
      'Hours are counted from midnight, weeks from Monday. A day on which clocks change has 23 or 25 hours, or what the zone makes of it.',
  });

/** As what a report is answered, as text. */
export const reportFormat = {
  format: z
    .enum(['json', 'csv'], { error: 'must be `json` or `csv`' })
    .optional()
    .openapi({ description: 'Without it as `Accept` asks: `text/csv`, or else JSON.' }),
};

type Period = Readonly<{ from?: string | undefined; to?: string | undefined }>;

/** Whether the days follow one another; either may be open. */
export const isForward = ({ from, to }: Period): boolean =>
  from === undefined || to === undefined || from <= to;

export const FORWARD = { path: ['from'], error: 'must not be after `to`' };

/** A table of text and numbers; `name` is what a browser calls its file. */
export type CsvTable = Readonly<{
  name: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}>;

/** The report in the form that the query asks for, or else `Accept`: text that a spreadsheet would run has an apostrophe before it. */
export function answerReport(
  c: HttpContext,
  format: 'json' | 'csv' | undefined,
  body: Readonly<{ json: () => string; csv: () => CsvTable }>,
): Response {
  const vary = { Vary: 'Accept' };
  if ((format ?? asked(c.req.header('accept'))) === 'json') return answerJson(200, body.json(), vary);
  const { name, columns, rows } = body.csv();
  return new Response(csvLines([columns, ...rows]), {
    headers: {
      ...vary,
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
    },
  });
}

/** A client that takes both is given JSON. */
const asked = (accept = ''): 'json' | 'csv' =>
  /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept) ? 'csv' : 'json';

/** How a report's answer is documented. */
export const reportAnswer = (description: string, schema: z.ZodType) => ({
  description,
  content: { ...json(schema), ...text('text/csv') },
  headers: { 'Content-Disposition': fileName('With CSV, a file name.') },
});

export const TIME_ZONE_UNKNOWN = {
  status: 400,
  code: 'time_zone_unknown',
  title: 'There is no such time zone',
  detail: 'Send a name of the IANA time zone database, such as `Europe/Berlin`.',
} as const;

export const TOO_MANY_INTERVALS = {
  status: 400,
  code: 'too_many_intervals',
  title: 'The time has too many intervals',
  detail: ({ interval }: TooManyBuckets) =>
    `A report has at most ${MOST_BUCKETS} intervals. Ask for fewer days, or for intervals longer than the ${interval}.`,
} as const;
