import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import {
  type ActiveSchedule,
  isTooLate,
  ranSchedule,
  retriedSchedule,
  scheduledKey,
  skippedRuns,
} from '../../domain/files/export-schedule.ts';
import { MOST_UNDER_WAY, slotKey } from '../../domain/files/file-export.ts';
import { openJob, type RunningJob } from '../../domain/files/job.ts';
import { boundsOf } from '../../domain/files/schedule-runs.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { ExportScheduleId, JobId, MerchantId } from '../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { TimeZones } from '../../ports/time-zones.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobFailed, JobHeldUp, JobStep, JobWork } from './job-work.ts';
import { openedExport } from './start-export.ts';

/** What jobs that wait for the next run of a schedule are called. */
export const SCHEDULE_WORK = 'export_schedule';

export type SchedulePorts = MovePorts & Readonly<{ timeZones: TimeZones }>;

/** When all places of a merchant's exports are taken, and when a job gave up. */
const PLACES_AGAIN_MS = 60_000;
const FAILED_AGAIN_MS = 3_600_000;

/** The job that waits for the next run of a schedule. */
export const scheduleJob = (
  {
    id,
    merchantId,
    createdAt,
    runAt,
  }: Readonly<{
    id: JobId;
    merchantId: MerchantId;
    createdAt: Instant;
    runAt: Instant;
  }>,
  schedule: ExportScheduleId,
) => openJob({ id, work: SCHEDULE_WORK, subject: { merchantId, id: schedule }, createdAt, runAt });

/**
 * One step a run: the export of the period that is over, its job, the schedule with the run after it, and the time this job is due
 * again, all in one commit. A period that was exported is never exported again, whatever the clock says meanwhile.
 */
export const runSchedules = (ports: SchedulePorts): JobWork => ({
  async *run(job) {
    const step = await stepOf(ports, job);
    yield step.isErr() ? err(asHeldUp(step.error)) : ok(step.value);
  },
  failing: (job, code) =>
    activeSchedule(ports.aggregates, job).map((schedule) =>
      schedule === undefined ? {} : retriedBeside(ports, schedule, code),
    ),
  cleanUp: () => okAsync(undefined),
});

const asHeldUp = (failure: StorageUnavailable | JobFailed): JobHeldUp | JobFailed =>
  failure.kind === 'JobFailed' ? failure : heldUp(failure);

function stepOf(ports: SchedulePorts, job: RunningJob): ResultAsync<JobStep, StorageUnavailable | JobFailed> {
  const { aggregates, timeZones } = ports;
  return safeTry<JobStep, StorageUnavailable | JobFailed>(async function* () {
    const schedule = yield* activeSchedule(aggregates, job);
    if (schedule === undefined) return ok({ end: job.progress });
    const { id, merchantId, every, next, timezone } = schedule;
    if (timeZones.named(timezone) !== timezone)
      return err<never, JobFailed>({ kind: 'JobFailed', code: 'time_zone_unknown' });
    const at = ports.clock.now();
    // The clock was set back since the job was due.
    if (at < next.runAt) return ok({ resumesAt: next.runAt });
    if (isTooLate(next, at)) return ok(moved(schedule, skippedRuns(timeZones, schedule, at), 'skipped'));
    const made = yield* aggregates.findByKey(merchantId, 'export', scheduledKey(id, every, next.period));
    if (made !== undefined)
      return ok(moved(schedule, ranSchedule(timeZones, schedule, made.id, at), 'skipped'));
    const slot = yield* freeSlot(aggregates, merchantId);
    if (slot === undefined) return ok({ resumesAt: at + PLACES_AGAIN_MS });
    const bounds = boundsOf(timeZones, schedule, next.period);
    const order = {
      merchantId,
      source: schedule.source,
      format: schedule.format,
      gzip: schedule.gzip,
      query: { ...schedule.query, start_date: rfc3339(bounds.from), end_date: rfc3339(bounds.to) },
      slot,
      schedule: { id, every, period: next.period },
    };
    const ordered = openedExport(ports, order, { at, origin: originOf(schedule) });
    return ok(moved(schedule, ranSchedule(timeZones, schedule, ordered.next.id, at), 'ran', ordered));
  });

  function moved(
    before: ActiveSchedule,
    next: ActiveSchedule,
    action: 'ran' | 'skipped',
    { aggregates: more = [], audit = [] }: Beside = {},
  ): JobStep {
    const { guarded, entry } = auditedAggregate(ports, {
      at: next.updatedAt,
      origin: originOf(next),
      action: `export_schedule.${action}`,
      before,
      next,
    });
    return {
      resumesAt: next.next.runAt,
      beside: { aggregates: [guarded, ...more], audit: [entry, ...audit] },
    };
  }
}

/** Places are unique keys: of two that find the same one free, one commits. */
const freeSlot = (
  aggregates: Aggregates,
  merchantId: MerchantId,
  slot = 1,
): ResultAsync<number | undefined, StorageUnavailable> =>
  slot > MOST_UNDER_WAY
    ? okAsync(undefined)
    : aggregates
        .findByKey(merchantId, 'export', slotKey(slot))
        .andThen((holder) =>
          holder === undefined ? okAsync(slot) : freeSlot(aggregates, merchantId, slot + 1),
        );

/** The schedule that waits on this very job. */
const activeSchedule = (
  aggregates: Aggregates,
  { id, subject }: RunningJob,
): ResultAsync<ActiveSchedule | undefined, StorageUnavailable> =>
  aggregates
    .find(subject.merchantId, 'export_schedule', subject.id)
    .map((found) => (found?.status === 'active' && found.job === id ? found : undefined));

/** Another job tries the same run again, later. */
function retriedBeside(ports: SchedulePorts, before: ActiveSchedule, fault: string): Beside {
  const at = ports.clock.now();
  const { merchantId } = before;
  const job = scheduleJob(
    { id: ports.ids.job(at), merchantId, createdAt: at, runAt: at + FAILED_AGAIN_MS },
    before.id,
  );
  const of = { at, origin: originOf(before) };
  const next = retriedSchedule(before, { job: job.id, fault }, at);
  const retried = auditedAggregate(ports, { ...of, action: 'export_schedule.retried', before, next });
  const opened = auditedAggregate(ports, { ...of, action: 'job.opened', next: job });
  return { aggregates: [retried.guarded, opened.guarded], audit: [retried.entry, opened.entry] };
}

const originOf = ({ id }: ActiveSchedule): Origin => ({
  actor: { id: 'export_schedule', type: 'system' },
  requestId: id,
});
