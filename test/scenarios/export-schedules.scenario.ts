import { beforeEach, describe, expect, it } from 'vitest';
import { changeSchedule } from '../../src/application/files/change-schedule.ts';
import { runSchedules } from '../../src/application/files/run-schedules.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import type { ScheduleChange } from '../../src/domain/files/export-schedule.ts';
import type { RunningJob } from '../../src/domain/files/job.ts';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied } from '../contract/breakable-objects.ts';
import { aMerchantId, anOpening, digests, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { dyingAt, linesOf } from '../support/export-scene.ts';
import { type ScheduleScene, scheduleScene } from '../support/schedule-scene.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What every storage promises of exports that schedules order; in memory a worker dies at every step, elsewhere at some. */
export function exportSchedulesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Export schedules: ${adapter}`, () => {
    let storage: Storage;
    let scene: ScheduleScene;
    beforeEach(async () => {
      storage = await open();
      scene = scheduleScene(storage, '2026-03-02T12:00:00Z');
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      return () => storage.close();
    });

    const expectSound = async () => {
      const verified = await verify({
        ...storage,
        clock: { now: () => scene.clock.now() + DAY_MS },
        digests,
      })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ unsettled: [] });
    };

    it('a file is ordered once its day is over, and holds the payments of that day in the zone of the schedule', async () => {
      const times = [
        '2026-03-01T22:59:59.999Z',
        '2026-03-01T23:00:00Z',
        '2026-03-02T22:59:59.999Z',
        '2026-03-02T23:00:00Z',
      ];
      for (const [n, time] of times.entries()) {
        const opening = anOpening({
          merchantId: aMerchantId(),
          amount: BigInt(n + 1),
          createdAt: Date.parse(time),
        });
        (await storage.commits.commit(opening.change))._unsafeUnwrap();
      }
      const { id } = await scene.create({ timezone: 'Europe/Berlin', at: { time: '00:00' } });
      scene.at('2026-03-02T22:59:59.999Z');
      expect(await scene.run()).toEqual([]);
      scene.at('2026-03-02T23:00:00Z');
      expect(await scene.run()).toMatchObject([{ end: 'released' }]);
      expect(await scene.run()).toEqual([]);
      await scene.exports.work();
      expect(await scene.periods(id)).toEqual(['2026-03-02']);
      const [made] = (await storage.aggregates.newest(aMerchantId(), 'export', { limit: 9 }))._unsafeUnwrap();
      if (made === undefined || !('source' in made)) throw new Error('nothing was ordered');
      expect(linesOf(await scene.exports.textOf(made)).map(({ amount }) => amount)).toEqual([3, 2]);
      await expectSound();
    });

    it('runs that no worker was there for are made up, each once, the oldest first, up to 31 days late', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-06T12:00:00Z');
      await scene.runAll();
      expect(await scene.periods(id)).toEqual(['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']);
      scene.at('2026-05-06T06:00:00Z');
      await scene.runAll();
      const made = await scene.periods(id);
      expect(made.slice(4)).toHaveLength(32);
      expect(made.slice(4, 5)).toEqual(['2026-04-04']);
      expect(made.at(-1)).toBe('2026-05-05');
      await expectSound();
    });

    it('of many workers that find a run due, one orders its file', async () => {
      const all = await Promise.all([scene.create(), scene.create({ every: 'week' })]);
      scene.at('2026-03-09T06:00:00Z');
      for (let round = 0; round < 12; round += 1) {
        await Promise.all([scene.run(), scene.run(), scene.run()]);
        await scene.exports.work();
        scene.afterTheLease();
      }
      expect(await scene.periods(all[0].id)).toEqual(
        ['02', '03', '04', '05', '06', '07', '08'].map((day) => `2026-03-${day}`),
      );
      expect(await scene.periods(all[1].id)).toEqual(['2026-03-02']);
      await expectSound();
    });

    it('a worker that dies at any step of a run leaves one file for the period', async () => {
      const { id } = await scene.create();
      const points = adapter === 'memory' ? Array.from({ length: 24 }, (_, n) => n + 1) : [3, 6, 10];
      let died = 0;
      const wanted: string[] = [];
      for (const nth of points) {
        wanted.push(new Date(scene.clock.now()).toISOString().slice(0, 10));
        scene.clock.move(DAY_MS);
        try {
          await scene.run(dyingScheduler(scene, nth));
        } catch (cause) {
          if (!(cause instanceof ProcessDied)) throw cause;
          died += 1;
        }
        scene.afterTheLease();
        await scene.runAll();
        expect(await scene.periods(id), `died at step ${nth}`).toEqual(wanted);
      }
      expect(died).toBeGreaterThan(2);
      await expectSound();
    });

    it('a clock that is set back orders nothing twice and nothing early', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-03T06:00:00Z');
      await scene.run();
      await scene.exports.work();
      scene.at('2026-03-02T01:00:00Z');
      expect(await scene.run()).toEqual([]);
      scene.at('2026-03-03T23:00:00Z');
      expect(await scene.run()).toEqual([]);
      scene.at('2026-03-04T06:00:00Z');
      // Set back while a worker holds the run.
      let asked = 0;
      const clock = { now: () => scene.clock.now() - ((asked += 1) > 2 ? HOUR_MS : 0) };
      await scene.run({ ...scene.ports, clock });
      expect(await scene.periods(id)).toEqual(['2026-03-02']);
      await scene.run();
      expect(await scene.periods(id)).toEqual(['2026-03-02', '2026-03-03']);
    });

    it('runs wait while all places of the merchant are taken, and use up none of their tries', async () => {
      for (let n = 0; n < 5; n += 1) await scene.create();
      scene.at('2026-03-03T06:00:00Z');
      await scene.run();
      const made = async () =>
        (await storage.aggregates.newest(aMerchantId(), 'export', { limit: 99 }))._unsafeUnwrap().length;
      for (let tries = 0; tries < 12; tries += 1) {
        await scene.run();
        scene.clock.move(60_000);
      }
      expect(await made()).toBe(3);
      await scene.exports.work();
      // Two that want the same place decide anew after a moment.
      await scene.run();
      scene.clock.move(2_000);
      await scene.run();
      expect(await made()).toBe(5);
      const jobs = (
        await storage.aggregates.list(JOBS_TENANT, 'job', { limit: 99, isOpen: true })
      )._unsafeUnwrap();
      expect(jobs.filter(({ work }) => work === 'export_schedule')).toHaveLength(5);
    });

    it('a schedule that changes its time or zone leaves out no period and repeats none', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-03T06:00:00Z');
      await scene.run();
      scene.at('2026-03-03T12:00:00Z');
      const later = (await scene.change(id, { at: { time: '23:00' } }))._unsafeUnwrap();
      expect(later).toMatchObject({
        next: { period: { from: '2026-03-03' }, runAt: Date.parse('2026-03-04T23:00:00Z') },
      });
      (await scene.change(id, { timezone: 'Asia/Tokyo', at: { time: '05:00' } }))._unsafeUnwrap();
      scene.at('2026-03-03T20:00:00Z');
      await scene.runAll();
      expect(await scene.periods(id)).toEqual(['2026-03-02', '2026-03-03']);
      // By week and back by day, on one day: what was made of days stays made.
      (await scene.change(id, { every: 'week' }))._unsafeUnwrap();
      (await scene.change(id, { every: 'day', at: { time: '23:00' } }))._unsafeUnwrap();
      scene.at('2026-03-05T20:00:00Z');
      await scene.runAll();
      expect(await scene.periods(id)).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
      await expectSound();
    });

    it('a run that is overdue when its schedule changes its time is made all the same', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-03T08:00:00Z');
      const changed = (await scene.change(id, { at: { time: '07:00' } }))._unsafeUnwrap();
      expect(changed).toMatchObject({ next: { period: { from: '2026-03-02' } } });
      await scene.runAll();
      expect(await scene.periods(id)).toEqual(['2026-03-02']);
    });

    it('a period that was made is passed over, when changes lead to it again', async () => {
      const { id } = await scene.create({ at: { time: '12:00' } });
      scene.at('2026-03-03T12:00:00Z');
      await scene.run();
      (await scene.change(id, { every: 'week' }))._unsafeUnwrap();
      scene.at('2026-03-09T12:00:00Z');
      await scene.run();
      expect(await scene.periods(id)).toEqual(['2026-03-02', '2026-03-02']);
      // As if nothing were remembered of days: the key of the period is.
      scene.at('2026-03-03T09:00:00Z');
      (await scene.change(id, { every: 'day', at: { time: '12:00' } }))._unsafeUnwrap();
      expect(await scene.get(id)).toMatchObject({ next: { period: { from: '2026-03-02' } } });
      scene.at('2026-03-04T12:00:00Z');
      await scene.runAll();
      expect((await scene.periods(id)).toSorted()).toEqual(['2026-03-02', '2026-03-02', '2026-03-03']);
      await expectSound();
    });

    it('a schedule that is paused orders nothing, and makes up nothing of the pause', async () => {
      const { id } = await scene.create();
      (await scene.change(id, { status: 'paused' }))._unsafeUnwrap();
      scene.at('2026-03-05T12:00:00Z');
      await scene.runAll();
      (await scene.change(id, { status: 'active' }))._unsafeUnwrap();
      await scene.runAll();
      expect(await scene.periods(id)).toEqual([]);
      scene.at('2026-03-06T06:00:00Z');
      await scene.runAll();
      expect(await scene.periods(id)).toEqual(['2026-03-05']);
      await expectSound();
    });

    it('a schedule that is removed is not there any more, and orders nothing, also while a worker holds its run', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-03T06:00:00Z');
      let removed = false;
      const commits: Storage['commits'] = {
        commit: (change) =>
          storage.commits.commit(change).map(async (done) => {
            if (!removed) {
              removed = true;
              (await scene.remove(id))._unsafeUnwrap();
            }
            return done;
          }),
      };
      expect(await scene.run({ ...scene.ports, commits })).toMatchObject([{ end: 'lost' }]);
      await scene.runAll();
      expect(await scene.list()).toEqual([]);
      expect((await scene.remove(id))._unsafeUnwrapErr()).toEqual({ kind: 'ScheduleNotFound' });
      expect((await scene.change(id, { gzip: true }))._unsafeUnwrapErr()).toEqual({
        kind: 'ScheduleNotFound',
      });
      await expectSound();
    });

    it('a schedule whose job gives up says why, and tries the same run again an hour later', async () => {
      const { id } = await scene.create();
      scene.at('2026-03-03T06:00:00Z');
      const timeZones = { ...scene.ports.timeZones, named: () => undefined };
      expect(await scene.run({ ...scene.ports, timeZones })).toMatchObject([
        { end: 'failed', code: 'time_zone_unknown' },
      ]);
      expect(await scene.get(id)).toMatchObject({ fault: 'time_zone_unknown' });
      expect(await scene.run()).toEqual([]);
      scene.clock.move(HOUR_MS);
      await scene.run();
      expect(await scene.periods(id)).toEqual(['2026-03-02']);
      expect(await scene.get(id)).not.toHaveProperty('fault');
      await expectSound();
    });

    it('a schedule whose zone this process no longer knows is moved to another, paused or removed, and else left as it is', async () => {
      const { id } = await scene.create({ timezone: 'Europe/Berlin' });
      const { timeZones } = scene.ports;
      const named = (text: string) => (text === 'Europe/Berlin' ? undefined : timeZones.named(text));
      const change = changeSchedule({ ...scene.ports, timeZones: { ...timeZones, named } });
      const changing = (parts: ScheduleChange) => change({ merchantId: aMerchantId(), id, origin, ...parts });
      const unknown = { kind: 'TimeZoneUnknown', timezone: 'Europe/Berlin' };
      expect((await changing({ gzip: true }))._unsafeUnwrapErr()).toEqual(unknown);
      (await changing({ status: 'paused' }))._unsafeUnwrap();
      expect((await changing({ status: 'active' }))._unsafeUnwrapErr()).toEqual(unknown);
      (await changing({ status: 'active', timezone: 'Europe/Paris' }))._unsafeUnwrap();
      (await scene.remove(id))._unsafeUnwrap();
      await expectSound();
    });

    it('a job that a schedule does not wait on ends without a run', async () => {
      const { id } = await scene.create();
      const job = { id: 'job_of-another', subject: { merchantId: aMerchantId(), id }, progress: { done: 0 } };
      const step = await runSchedules(scene.ports)
        .run(job as unknown as RunningJob)
        .next();
      expect(step.value?._unsafeUnwrap()).toEqual({ end: { done: 0 } });
    });
  });
}

/** The ports of a scheduler whose process dies at its nth step. */
const dyingScheduler = ({ ports, exports }: ScheduleScene, nth: number) => ({
  ...ports,
  ...dyingAt(exports.ports, nth),
  timeZones: ports.timeZones,
});
