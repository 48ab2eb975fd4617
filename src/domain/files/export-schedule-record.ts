import type { Period, PeriodLength } from '../kernel/calendar.ts';
import type { ExportId, ExportScheduleId, JobId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import type { ExportFormat } from './export.ts';
import type { ExportSchedule, OpenSchedule } from './export-schedule.ts';
import type { ExportSource } from './file-export.ts';
import type { RunTime } from './schedule-runs.ts';

type KnownRecord = RevisionRecord<ExportScheduleId>;
type RemovedRecord = KnownRecord & Readonly<{ status: 'removed' }>;

/** A schedule as it is published. */
export type PublishedSchedule = KnownRecord &
  Readonly<{
    kind: ExportSource;
    status: OpenSchedule['status'];
    format: ExportFormat;
    gzip: boolean;
    filters: JsonObject;
    every: PeriodLength;
    at: RunTime;
    timezone: string;
    next_run?: Readonly<{ at: string; period: Period }>;
    last_run?: Readonly<{ every: PeriodLength; period: Period; export_id: ExportId }>;
    error?: string;
  }>;

/** As it is audited and stored. */
export type ExportScheduleRecord = RemovedRecord | (PublishedSchedule & Readonly<{ job_id?: JobId }>);

export const publishedSchedule = (schedule: OpenSchedule): PublishedSchedule => {
  const { every, at, timezone, last } = schedule;
  return {
    ...revisionRecord(schedule),
    kind: schedule.source,
    status: schedule.status,
    format: schedule.format,
    gzip: schedule.gzip,
    filters: schedule.query,
    every,
    at,
    timezone,
    ...(schedule.status === 'active'
      ? { next_run: { at: rfc3339(schedule.next.runAt), period: schedule.next.period } }
      : {}),
    ...(last === undefined
      ? {}
      : { last_run: { every: last.every, period: last.period, export_id: last.export } }),
    ...(schedule.status === 'active' ? present({ error: schedule.fault }) : {}),
  };
};

export const exportScheduleRecord = (schedule: ExportSchedule): ExportScheduleRecord & JsonObject =>
  schedule.status === 'removed'
    ? { ...revisionRecord(schedule), status: 'removed' }
    : {
        ...publishedSchedule(schedule),
        ...(schedule.status === 'active' ? { job_id: schedule.job } : {}),
      };

/** Reads `exportScheduleRecord` back. Throws on a record that no schedule could have left. */
export function restoreExportSchedule(record: ExportScheduleRecord, auditHash: string): ExportSchedule {
  const known = restoreRevision('export_schedule', record, auditHash);
  if (record.status === 'removed') return { ...known, status: 'removed' };
  const { next_run: next, last_run: last, job_id: job, error: fault } = record;
  const terms = {
    ...known,
    source: record.kind,
    format: record.format,
    gzip: record.gzip,
    query: record.filters,
    every: record.every,
    at: record.at,
    timezone: record.timezone,
    ...(last === undefined
      ? {}
      : { last: { every: last.every, period: last.period, export: last.export_id } }),
  };
  if (record.status === 'paused') return { ...terms, status: 'paused' };
  if (next === undefined || job === undefined)
    throw new Error(`active export schedule ${record.id} says no next run or no job`);
  return {
    ...terms,
    status: 'active',
    next: { period: next.period, runAt: fromRfc3339(next.at) },
    job,
    ...present({ fault }),
  };
}
