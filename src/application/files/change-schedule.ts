import { err, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import {
  changeSchedule as changed,
  type ExportSchedule,
  type OpenSchedule,
  removeSchedule as removed,
  type ScheduleChange,
} from '../../domain/files/export-schedule.ts';
import { cancelJob, deferJob, isOpen, type Job } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import { JOBS_TENANT, type JobId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Change, StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange, auditedAggregate } from '../kernel/aggregate-change.ts';
import { namedZone, type TimeZoneUnknown } from '../kernel/named-zone.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { getSchedule, type ScheduleNotFound, type ScheduleTarget } from './read-schedules.ts';
import { type SchedulePorts, scheduleJob } from './run-schedules.ts';

export type MoveScheduleFailure = ScheduleNotFound | VersionMismatch | ChangedMeanwhile | StorageUnavailable;

type Request = ScheduleTarget & Expecting & Readonly<{ origin: Origin }>;

/**
 * Changes what is named, and in the same commit when its job is due; `status` pauses or resumes. What becomes of runs is the
 * rule `changeSchedule`. Two reads and a commit, again when a run or another change was faster.
 */
export type ChangeSchedule = (
  request: Request & ScheduleChange,
) => ResultAsync<OpenSchedule, MoveScheduleFailure | TimeZoneUnknown>;

export const changeSchedule =
  (ports: SchedulePorts): ChangeSchedule =>
  ({ merchantId, id, origin, expectedVersions, timezone, ...change }) => {
    const zone = timezone === undefined ? ok(undefined) : namedZone(ports, timezone);
    return zone.asyncAndThen((named) =>
      moveSchedule<OpenSchedule, TimeZoneUnknown>(
        ports,
        { merchantId, id, origin, ...present({ expectedVersions }) },
        (schedule, now, job) => {
          const wanted = { ...change, ...present({ timezone: named }) };
          const { status = schedule.status } = change;
          return inKnownZone(ports, named ?? schedule.timezone, status).map(() => {
            const next = changed(ports.timeZones, schedule, wanted, { now, job });
            return { next, action: actionOf(schedule, next) };
          });
        },
      ),
    );
  };

/** Runs are in a zone that this process knows, and the stored one may have ceased to be; a paused schedule has none. */
const inKnownZone = (
  ports: SchedulePorts,
  timezone: string,
  status: OpenSchedule['status'],
): Result<unknown, TimeZoneUnknown> => (status === 'paused' ? ok(undefined) : namedZone(ports, timezone));

const actionOf = (before: OpenSchedule, next: OpenSchedule): string => {
  if (next.status === before.status) return 'export_schedule.changed';
  return next.status === 'paused' ? 'export_schedule.paused' : 'export_schedule.resumed';
};

/** For good. What was ordered before stays, and is made. Two reads and a commit, again when a run was faster. */
export type RemoveSchedule = (request: Request) => ResultAsync<void, MoveScheduleFailure>;

export const removeSchedule =
  (ports: SchedulePorts): RemoveSchedule =>
  (request) =>
    moveSchedule<ExportSchedule, never>(ports, request, (schedule, now) =>
      ok({ next: removed(schedule, now), action: 'export_schedule.removed' }),
    ).map(() => undefined);

/** What a schedule becomes; the very same one when nothing changes. `job` is for one that begins to wait. */
type Decide<Next, Refused> = (
  schedule: OpenSchedule,
  now: Instant,
  job: JobId,
) => Result<Readonly<{ next: Next; action: string }>, Refused>;

function moveSchedule<Next extends ExportSchedule, Refused extends TimeZoneUnknown>(
  ports: SchedulePorts,
  { merchantId, id, origin, ...expecting }: Request,
  decide: Decide<Next, Refused>,
): ResultAsync<Next, MoveScheduleFailure | Refused> {
  const find = getSchedule(ports);
  type Failure = ScheduleNotFound | VersionMismatch | StaleVersion | StorageUnavailable | Refused;
  const attempt = (): ResultAsync<Next, Failure> =>
    safeTry<Next, Failure>(async function* () {
      const before = yield* atExpectedVersion(yield* find({ merchantId, id }), expecting);
      const at = ports.clock.now();
      const { next, action } = yield* decide(before, at, ports.ids.job(at));
      if (next.version === before.version) return ok(next);
      const waiting = yield* jobOf(ports, before);
      const change = aggregateChange(ports, { at, origin, action, before, next });
      const { aggregates, audit } = yield* jobChange(ports, { before, next, waiting }, { at, origin });
      return ports.commits
        .commit({
          ...change,
          aggregates: [...change.aggregates, ...aggregates],
          audit: [...change.audit, ...audit],
        })
        .map(() => next)
        .mapErr((failure) => {
          if (failure.kind === 'StaleVersion' || failure.kind === 'StorageUnavailable') return failure;
          throw new Error(`a schedule met ${failure.kind}`);
        });
    });
  return retryWhenStale(attempt).mapErr(orChangedMeanwhile);
}

const jobOf = (
  { aggregates }: SchedulePorts,
  schedule: OpenSchedule,
): ResultAsync<Job | undefined, StorageUnavailable> =>
  schedule.status === 'active'
    ? aggregates.find(JOBS_TENANT, 'job', schedule.job).map((found) => found)
    : okAsync(undefined);

type Moved = Readonly<{ before: OpenSchedule; next: ExportSchedule; waiting: Job | undefined }>;

/** What becomes of the job that waits for the next run: another time, its end, or a new one. */
function jobChange(
  ports: SchedulePorts,
  { before, next, waiting }: Moved,
  of: Readonly<{ at: Instant; origin: Origin }>,
): Result<Pick<Change, 'aggregates' | 'audit'>, StaleVersion> {
  const { at } = of;
  const moves = () => {
    if (waiting === undefined) {
      if (next.status !== 'active') return [];
      const { id, merchantId, job } = next;
      const opened = scheduleJob({ id: job, merchantId, createdAt: at, runAt: next.next.runAt }, id);
      return [auditedAggregate(ports, { ...of, action: 'job.opened', next: opened })];
    }
    if (next.status !== 'active') {
      const ended = cancelJob(waiting, at);
      if (ended.isErr()) return undefined;
      return [
        auditedAggregate(ports, { ...of, action: 'job.cancelled', before: waiting, next: ended.value }),
      ];
    }
    if (before.status === 'active' && before.next.runAt === next.next.runAt) return [];
    if (!isOpen(waiting)) return undefined;
    const deferred = deferJob(waiting, next.next.runAt, at);
    return [auditedAggregate(ports, { ...of, action: 'job.deferred', before: waiting, next: deferred })];
  };
  const made = moves();
  // It gave up meanwhile, and the schedule waits on another.
  if (made === undefined) return err({ kind: 'StaleVersion', id: before.id });
  return ok({ aggregates: made.map(({ guarded }) => guarded), audit: made.map(({ entry }) => entry) });
}
