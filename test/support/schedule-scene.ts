import { systemTimeZones } from '../../src/adapters/system/time-zones.ts';
import { changeSchedule, removeSchedule } from '../../src/application/files/change-schedule.ts';
import { type CreateScheduleRequest, createSchedule } from '../../src/application/files/create-schedule.ts';
import { getSchedule, listSchedules } from '../../src/application/files/read-schedules.ts';
import { runJobs } from '../../src/application/files/run-jobs.ts';
import {
  runSchedules,
  SCHEDULE_WORK,
  type SchedulePorts,
} from '../../src/application/files/run-schedules.ts';
import type { ScheduleChange } from '../../src/domain/files/export-schedule.ts';
import type { FileExport } from '../../src/domain/files/file-export.ts';
import type { ExportScheduleId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin } from '../fixtures/changes.ts';
import { aClock } from '../fixtures/jobs.ts';
import { exportScene } from './export-scene.ts';

const LEASE_MS = 60_000;

export type ScheduleScene = ReturnType<typeof scheduleScene>;

/** Schedules of one merchant over a storage, on a clock that stands at a time of UTC. */
export function scheduleScene(storage: Storage, now: string) {
  const clock = aClock(Date.parse(now));
  const exports = exportScene(storage, clock);
  const ports = { ...exports.ports, timeZones: systemTimeZones };
  const merchantId = aMerchantId();
  const create = createSchedule(ports);
  const get = getSchedule(ports);
  const change = changeSchedule(ports);
  const remove = removeSchedule(ports);
  const list = listSchedules(ports);
  let workers = 0;
  return {
    ports,
    clock,
    exports,
    create: async (parts: Partial<CreateScheduleRequest> = {}) =>
      (
        await create({
          merchantId,
          source: 'payments',
          format: 'json',
          gzip: false,
          query: {},
          every: 'day',
          timezone: 'UTC',
          origin,
          ...parts,
        })
      )._unsafeUnwrap(),
    get: async (id: ExportScheduleId) => (await get({ merchantId, id }))._unsafeUnwrap(),
    change: (id: ExportScheduleId, parts: ScheduleChange) => change({ merchantId, id, origin, ...parts }),
    remove: (id: ExportScheduleId) => remove({ merchantId, id, origin }),
    list: async () => (await list(merchantId))._unsafeUnwrap(),
    at: (time: string) => clock.move(Date.parse(time) - clock.now()),
    afterTheLease: () => clock.move(LEASE_MS),
    /** A turn of every schedule that is due, by a worker of its own. */
    async run(asked: SchedulePorts = ports) {
      workers += 1;
      const works = new Map([[SCHEDULE_WORK, runSchedules(asked)]]);
      const run = runJobs(asked, works, { holder: `scheduler-${workers}`, leaseMs: LEASE_MS, turnMs: 5_000 });
      return (await run(50))._unsafeUnwrap();
    },
    /** Turns until no schedule is due; the files are made between them, so that places are free. */
    async runAll() {
      for (let turns = 0; turns < 200; turns += 1) {
        const ended = await this.run();
        await exports.work();
        if (ended.length === 0) return;
      }
      throw new Error('schedules are due for ever');
    },
    /** The periods that the schedule ordered files of, in the order it did. */
    async periods(id: ExportScheduleId): Promise<readonly string[]> {
      const found = (await storage.aggregates.newest(merchantId, 'export', { limit: 100 }))._unsafeUnwrap();
      return found
        .filter((each): each is FileExport => 'source' in each && each.schedule?.id === id)
        .map(({ schedule }) => `${schedule?.period.from}`)
        .toReversed();
    },
  };
}
