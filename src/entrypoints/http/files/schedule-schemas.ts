import { z } from '@hono/zod-openapi';
import { EXPORT_FORMATS } from '../../../domain/files/export.ts';
import { EXPORT_SOURCES } from '../../../domain/files/file-export.ts';
import { PERIODS, WEEKDAYS } from '../../../domain/kernel/calendar.ts';
import { listPage, time, timezone } from '../server/schemas.ts';
import { datedPeriod, FILTERS_OF_KINDS, format, gzip, rowFilters } from './export-schemas.ts';

const filters = z
  .strictObject(rowFilters)
  .optional()
  .openapi({ description: `${FILTERS_OF_KINDS} The time is that of the period.` });

const every = z.enum(PERIODS, { error: 'must be `day`, `week` or `month`' });

const at = z
  .strictObject({
    time: z
      .string()
      .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time of day such as `06:00`')
      .optional()
      .openapi({ default: '06:00' }),
    weekday: z.enum(WEEKDAYS).optional().openapi({ default: 'monday', description: 'Of `every: week`.' }),
    day: z.int().min(1).max(31).optional().openapi({
      default: 1,
      description: 'Of `every: month`; the last day of a month that is shorter.',
    }),
  })
  .optional()
  .openapi({
    description:
      'When in the day, the week (from Monday) or the month after the period. A time that clocks skip is that at which they go on; ' +
      'of a time that they show twice the earlier counts.',
  });

/** The body of `POST /export_schedules`. */
export const newSchedule = z
  .strictObject({
    kind: z.enum(EXPORT_SOURCES),
    filters,
    format,
    gzip,
    every,
    at,
    timezone: timezone.optional().openapi({ default: 'UTC' }),
  })
  .openapi('NewExportSchedule', {
    example: { kind: 'journal', every: 'month', at: { day: 1, time: '06:00' }, timezone: 'Europe/Berlin' },
  });

/** The body of `PATCH /export_schedules/{id}`. */
export const scheduleChange = z
  .strictObject({
    filters,
    format,
    gzip,
    every: every.optional(),
    at,
    timezone: timezone.optional(),
    status: z.enum(['active', 'paused']).optional(),
  })
  .openapi('ExportScheduleChange', { example: { status: 'paused' } });

export type ScheduleTerms = Pick<z.output<typeof newSchedule>, 'at' | 'filters' | 'kind'> &
  Readonly<{ every: z.output<typeof every> }>;

export const exportSchedule = z
  .strictObject({
    id: z.string().regex(/^sch_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    kind: z.string().openapi({ description: 'What the rows are of.', example: 'journal' }),
    status: z.enum(['active', 'paused']),
    format: z.string().openapi({ description: `One of ${EXPORT_FORMATS.join(', ')}.` }),
    gzip: z.boolean(),
    filters: z.record(z.string(), z.unknown()),
    every: z.string().openapi({ example: 'month' }),
    at: z.strictObject({
      time: z.string(),
      weekday: z.string().optional(),
      day: z.int().optional(),
    }),
    timezone: z.string(),
    next_run: z
      .strictObject({ at: time, period: datedPeriod })
      .optional()
      .openapi({ description: 'Absent while it is paused.' }),
    last_run: z.strictObject({ every: z.string(), period: datedPeriod, export_id: z.string() }).optional(),
    error: z
      .string()
      .optional()
      .openapi({ description: 'Why the last try of the next run came to nothing.' }),
    version: z.int().min(1),
    created_at: time,
    updated_at: time,
  })
  .openapi('ExportSchedule');

export const schedulePage = listPage(exportSchedule).openapi('ExportSchedulePage');
