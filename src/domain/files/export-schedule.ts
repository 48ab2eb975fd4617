import type { Period, PeriodLength, ZoneClocks } from '../kernel/calendar.ts';
import type { ExportId, ExportScheduleId, JobId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../kernel/json.ts';
import { type Revision, revised, tombstone } from '../kernel/revision.ts';
import type { ExportFormat } from './export.ts';
import type { ExportSource } from './file-export.ts';
import {
  completeRunTime,
  firstRun,
  type RunTime,
  runAfter,
  runOf,
  type ScheduledRun,
  type ScheduleTiming,
} from './schedule-runs.ts';

type Known = Revision<'export_schedule', ExportScheduleId>;

/** The newest period of which a file was ordered, how long such periods were then, and the export. */
export type LastRun = Readonly<{ every: PeriodLength; period: Period; export: ExportId }>;

/** What its files are of. `query` chooses rows, but for their time, under the names of the API. */
export type ScheduleOrder = Readonly<{
  source: ExportSource;
  format: ExportFormat;
  gzip: boolean;
  query: JsonObject;
}>;

type Terms = Known & ScheduleOrder & ScheduleTiming & Readonly<{ last?: LastRun }>;

/** `job` waits for the next run. `fault` is why the last try of that run came to nothing. */
export type ActiveSchedule = Terms &
  Readonly<{ status: 'active'; next: ScheduledRun; job: JobId; fault?: string }>;
export type PausedSchedule = Terms & Readonly<{ status: 'paused' }>;
export type OpenSchedule = ActiveSchedule | PausedSchedule;
export type RemovedSchedule = Known & Readonly<{ status: 'removed' }>;

/** Orders a file of each day, week or month, once it is over. */
export type ExportSchedule = OpenSchedule | RemovedSchedule;

/** How many schedules a merchant may have that are not removed. */
export const MOST_SCHEDULES = 20;

/** A run that is later than this, because no worker was there, is left out: the next is made. */
export const MADE_UP_FOR_MS = 31 * 24 * 3_600_000;

/** The unique key by which no period has two exports of one schedule. */
export const scheduledKey = (id: ExportScheduleId, every: string, { from }: Period): string =>
  `scheduled ${id} ${every} ${from}`;

export const openSchedule = (
  clocks: ZoneClocks,
  order: Pick<Known, 'id' | 'merchantId' | 'createdAt'> &
    ScheduleOrder &
    ScheduleTiming &
    Pick<ActiveSchedule, 'job'>,
): ActiveSchedule => ({
  kind: 'export_schedule',
  ...order,
  status: 'active',
  next: firstRun(clocks, order, order.createdAt),
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

/** What is not given stays; another `every` without `at` keeps the time of day. */
export type ScheduleChange = Partial<
  Pick<ScheduleOrder, 'format' | 'gzip' | 'query'> &
    Omit<ScheduleTiming, 'at'> &
    Readonly<{ at: Partial<RunTime> }> &
    Pick<OpenSchedule, 'status'>
>;

/**
 * The schedule's next version; the very same when the change changes nothing. Which period is next stays, whenever its run is then:
 * only another length of periods, or an end of a pause, begins anew with the first run that is still to come.
 */
export function changeSchedule(
  clocks: ZoneClocks,
  schedule: OpenSchedule,
  change: ScheduleChange,
  { now, job }: Readonly<{ now: Instant; job: JobId }>,
): OpenSchedule {
  const every = change.every ?? schedule.every;
  const at = completeRunTime(every, change.at ?? schedule.at);
  const { format = schedule.format, gzip = schedule.gzip, query = schedule.query } = change;
  const { timezone = schedule.timezone, status = schedule.status } = change;
  const timing = { every, at, timezone };
  const before = { every: schedule.every, at: schedule.at, timezone: schedule.timezone };
  const isSame =
    status === schedule.status &&
    canonicalJson({ format, gzip, query, ...timing }) ===
      canonicalJson({ format: schedule.format, gzip: schedule.gzip, query: schedule.query, ...before });
  if (isSame) return schedule;
  const known = { ...revised(schedule, now), format, gzip, query, ...timing };
  if (status === 'paused') {
    const { next: _next, job: _job, fault: _fault, ...rest } = known as ActiveSchedule;
    return { ...rest, status };
  }
  if (schedule.status === 'active' && every === schedule.every)
    return { ...known, status, next: runOf(clocks, timing, schedule.next.period), job: schedule.job };
  const done = schedule.last?.every === every ? schedule.last.period : undefined;
  return {
    ...known,
    status,
    next: firstRun(clocks, timing, now, done),
    job: schedule.status === 'active' ? schedule.job : job,
  };
}

/** The file of the next period is ordered, or was before: the run after it is next. */
export function ranSchedule(
  clocks: ZoneClocks,
  schedule: ActiveSchedule,
  made: ExportId | undefined,
  now: Instant,
): ActiveSchedule {
  const { fault: _fault, ...known } = revised(schedule, now);
  const { every, next } = schedule;
  return {
    ...known,
    ...(made === undefined ? {} : { last: { every, period: next.period, export: made } }),
    next: runAfter(clocks, schedule, next),
  };
}

/** The runs that are too late to be made up are left out. */
export const skippedRuns = (clocks: ZoneClocks, schedule: ActiveSchedule, now: Instant): ActiveSchedule => ({
  ...revised(schedule, now),
  next: firstRun(clocks, schedule, now - MADE_UP_FOR_MS - 1, schedule.next.period),
});

export const isTooLate = ({ runAt }: ScheduledRun, now: Instant): boolean => runAt < now - MADE_UP_FOR_MS;

/** A job that gave up is followed by another, which tries the same run. */
export const retriedSchedule = (
  schedule: ActiveSchedule,
  { job, fault }: Readonly<{ job: JobId; fault: string }>,
  now: Instant,
): ActiveSchedule => ({ ...revised(schedule, now), job, fault });

export const removeSchedule = (schedule: OpenSchedule, now: Instant): RemovedSchedule => ({
  ...tombstone(schedule, now),
  status: 'removed',
});
