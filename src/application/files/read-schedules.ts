import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { OpenSchedule } from '../../domain/files/export-schedule.ts';
import type { ExportScheduleId, MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** Unknown, another merchant's, or removed. */
export type ScheduleNotFound = Readonly<{ kind: 'ScheduleNotFound' }>;

export type ScheduleTarget = Readonly<{ merchantId: MerchantId; id: ExportScheduleId }>;

/** One schedule, with its next run and its last. One read, strongly consistent. */
export type GetSchedule = (
  target: ScheduleTarget,
) => ResultAsync<OpenSchedule, ScheduleNotFound | StorageUnavailable>;

export const getSchedule =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetSchedule =>
  ({ merchantId, id }) =>
    aggregates
      .find(merchantId, 'export_schedule', id)
      .andThen((found) =>
        found === undefined || found.status === 'removed'
          ? errAsync({ kind: 'ScheduleNotFound' as const })
          : okAsync(found),
      );

/** All schedules of a merchant that are not removed, newest first. There are never many. One read for each hundred. */
export type ListSchedules = (
  merchantId: MerchantId,
) => ResultAsync<readonly OpenSchedule[], StorageUnavailable>;

const PAGE = 100;

export const listSchedules =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): ListSchedules =>
  (merchantId) =>
    safeTry(async function* () {
      const schedules: OpenSchedule[] = [];
      for (let after: ExportScheduleId | undefined; ; ) {
        const page = { limit: PAGE, isOpen: true as const, ...present({ after }) };
        const found = yield* aggregates.list(merchantId, 'export_schedule', page);
        for (const schedule of found) if (schedule.status !== 'removed') schedules.push(schedule);
        if (found.length < PAGE) return ok(schedules.reverse());
        after = found.at(-1)?.id;
      }
    });
