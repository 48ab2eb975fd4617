import { err, errAsync, type ResultAsync, safeTry } from 'neverthrow';
import {
  MOST_SCHEDULES,
  type OpenSchedule,
  openSchedule,
  type ScheduleOrder,
} from '../../domain/files/export-schedule.ts';
import { completeRunTime, type RunTime, type ScheduleTiming } from '../../domain/files/schedule-runs.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange, auditedAggregate, type ClaimWith, unclaimed } from '../kernel/aggregate-change.ts';
import { namedZone, type TimeZoneUnknown } from '../kernel/named-zone.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { listSchedules } from './read-schedules.ts';
import { type SchedulePorts, scheduleJob } from './run-schedules.ts';

/** Requests that come at once may each get their schedule past this number. */
export type TooManySchedules = Readonly<{ kind: 'TooManySchedules'; most: number }>;

export type CreateScheduleRequest = ScheduleOrder &
  Omit<ScheduleTiming, 'at'> &
  Readonly<{ merchantId: MerchantId; at?: Partial<RunTime>; origin: Origin }>;

export type CreateScheduleFailure =
  | TooManySchedules
  | TimeZoneUnknown
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/** Opens a schedule and the job that waits for its first run, which is later than now. A read for each hundred and a commit. */
export type CreateSchedule = (
  request: CreateScheduleRequest,
  claimWith?: ClaimWith<OpenSchedule>,
) => ResultAsync<OpenSchedule, CreateScheduleFailure>;

export const createSchedule = (ports: SchedulePorts): CreateSchedule => {
  const schedulesOf = listSchedules(ports);
  return ({ origin, ...order }, claimWith = unclaimed) =>
    safeTry<OpenSchedule, CreateScheduleFailure>(async function* () {
      const { merchantId } = order;
      const timezone = yield* namedZone(ports, order.timezone);
      if ((yield* schedulesOf(merchantId)).length >= MOST_SCHEDULES)
        return err<never, TooManySchedules>({ kind: 'TooManySchedules', most: MOST_SCHEDULES });
      const at = ports.clock.now();
      const id = ports.ids.exportSchedule(at);
      const job = ports.ids.job(at);
      const next = openSchedule(ports.timeZones, {
        ...order,
        at: completeRunTime(order.every, order.at),
        timezone,
        id,
        job,
        createdAt: at,
      });
      const { runAt } = next.next;
      const waiting = scheduleJob({ id: job, merchantId, createdAt: at, runAt }, id);
      const opened = auditedAggregate(ports, { at, origin, action: 'job.opened', next: waiting });
      const change = aggregateChange(ports, { at, origin, action: 'export_schedule.created', next });
      const claimed = yield* claimWith(
        {
          ...change,
          aggregates: [...change.aggregates, opened.guarded],
          audit: [...change.audit, opened.entry],
        },
        next,
      );
      return ports.commits
        .commit(claimed)
        .map(() => next)
        .orElse((failure) =>
          errAsync<OpenSchedule, CreateScheduleFailure>(
            failure.kind === 'StorageUnavailable' ? failure : { kind: 'ChangedMeanwhile' },
          ),
        );
    });
};
