import { beforeEach, describe, expect, it } from 'vitest';
import { readOpenJobs } from '../../src/application/files/open-jobs.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { cancelJob, holdJob, isOpen, type Job } from '../../src/domain/files/job.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { digests, NOON } from '../fixtures/changes.ts';
import { counting, type JobBench, jobBench } from '../fixtures/jobs.ts';

/** What workers and jobs promise each other, on every storage. */
export function jobsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Jobs: ${adapter}`, () => {
    let storage: Storage;
    let bench: JobBench;
    beforeEach(async () => {
      storage = await open();
      bench = jobBench(storage);
      return () => storage.close();
    });

    const expectWholeChain = async (job: Job) => {
      const links = (await storage.auditTrail.ofAggregate(JOBS_TENANT, 'job', job.id))._unsafeUnwrap();
      expect(auditTrailChain.verify(links, job, digests.sha256)._unsafeUnwrap()).toBe(job.version);
    };

    it('a job is done step by step, and is open until its end and no longer', async () => {
      const job = await bench.add();
      const open = async () =>
        (await storage.aggregates.list(JOBS_TENANT, 'job', { limit: 9, isOpen: true }))._unsafeUnwrap();
      expect(await open()).toEqual([job]);
      const turns = (await bench.worker({ counting: counting(3) })(9))._unsafeUnwrap();
      expect(turns).toMatchObject([{ id: job.id, end: 'completed' }]);
      const ended = await bench.find(job.id);
      expect(ended).toMatchObject({
        status: 'completed',
        progress: { done: 3, total: 3 },
        checkpoint: { n: 3 },
      });
      expect(await open()).toEqual([]);
      expect((await storage.aggregates.list(JOBS_TENANT, 'job', { limit: 9 }))._unsafeUnwrap()).toEqual([
        ended,
      ]);
      await expectWholeChain(ended);
    });

    it('jobs, open and ended, are part of what verify walks', async () => {
      const verified = () =>
        verify({ ...storage, clock: { now: () => NOON + 3_600_000 }, digests })(() => {});
      const { id } = await bench.add();
      expect((await verified())._unsafeUnwrap()).toMatchObject({ aggregates: 1, unsettled: [] });
      (await bench.worker({ counting: counting(2) })(9))._unsafeUnwrap();
      await bench.add();
      expect((await verified())._unsafeUnwrap()).toMatchObject({ aggregates: 2, unsettled: [] });
      const job = await bench.find(id);
      await expectWholeChain(job);
    });

    it('open jobs are counted by whether they are due, worked on or put off, the longest due first', async () => {
      const read = async () => (await readOpenJobs({ ...storage, clock: bench.clock })())._unsafeUnwrap();
      expect(await read()).toEqual({ due: 0, running: 0, later: 0, jobs: [] });
      const early = await bench.add();
      bench.clock.move(1_000);
      const late = await bench.add(bench.clock.now() + 500);
      const [held, ended] = [await bench.add(NOON + 100), await bench.add(NOON + 200)];
      const now = bench.clock.now();
      if (!isOpen(held)) throw new Error('a job begins open');
      (await bench.commit('job.held', held, holdJob(held, 'worker-1', now + 60_000, now)))._unsafeUnwrap();
      (await bench.commit('job.cancelled', ended, cancelJob(ended, now)._unsafeUnwrap()))._unsafeUnwrap();
      const { jobs, ...counts } = await read();
      expect(counts).toEqual({ due: 1, running: 1, later: 1, oldestDueAt: NOON });
      expect(jobs.map(({ id }) => id)).toEqual([early.id, late.id, held.id]);
      bench.clock.move(60_000);
      expect(await read()).toMatchObject({ due: 3, running: 0, later: 0 });
    });

    it('of two workers that want a job at once, one does it, and every step is taken once', async () => {
      const jobs = await Promise.all(Array.from({ length: 6 }, () => bench.add()));
      const said: number[] = [];
      const workers = ['worker-1', 'worker-2', 'worker-3'].map((holder) =>
        bench.worker({ counting: counting(4, said) }, { holder }),
      );
      const turns = (await Promise.all(workers.map((work) => work(9)))).flatMap((each) =>
        each._unsafeUnwrap(),
      );
      expect(turns.filter(({ end }) => end === 'completed')).toHaveLength(jobs.length);
      expect(said).toHaveLength(4 * jobs.length);
      for (const { id } of jobs) await expectWholeChain(await bench.find(id));
    });

    it('a worker that stalls past its lease finds its next step refused, and its successor goes on where it was', async () => {
      const { id } = await bench.add();
      const said: number[] = [];
      const successor = bench.worker({ counting: counting(4) }, { holder: 'worker-2' });
      const stalled = counting(4, said, async (n) => {
        if (n !== 3) return;
        bench.clock.move(60_000);
        expect((await successor(1))._unsafeUnwrap()).toMatchObject([{ end: 'completed' }]);
      });
      expect((await bench.worker({ counting: stalled })(1))._unsafeUnwrap()).toMatchObject([{ end: 'lost' }]);
      expect(said).toEqual([1, 2, 3]);
      const job = await bench.find(id);
      expect(job).toMatchObject({ status: 'completed', checkpoint: { n: 4 } });
      await expectWholeChain(job);
    });

    it('a job that is cancelled in the middle takes no further step, and one that has ended is not cancelled', async () => {
      const { id } = await bench.add();
      const said: number[] = [];
      const cancelled = counting(4, said, async (n) => {
        if (n !== 2) return;
        const job = await bench.find(id);
        const next = cancelJob(job, bench.clock.now())._unsafeUnwrap();
        (await bench.commit('job.cancelled', job, next))._unsafeUnwrap();
      });
      expect((await bench.worker({ counting: cancelled })(1))._unsafeUnwrap()).toMatchObject([
        { end: 'lost' },
      ]);
      const job = await bench.find(id);
      expect(job).toMatchObject({ status: 'cancelled', checkpoint: { n: 1 } });
      expect(cancelJob(job, bench.clock.now())._unsafeUnwrapErr()).toEqual({
        kind: 'JobEnded',
        status: 'cancelled',
      });
      bench.clock.move(3_600_000);
      expect((await bench.worker({ counting: counting(4) })(9))._unsafeUnwrap()).toEqual([]);
    });

    it('of a cancel and an end that meet, one wins and the other is refused', async () => {
      for (let n = 0; n < 5; n += 1) {
        const job = await bench.add();
        const next = cancelJob(job, bench.clock.now())._unsafeUnwrap();
        const [turns, cancel] = await Promise.all([
          bench.worker({ counting: counting(0) })(1),
          bench.commit('job.cancelled', job, next),
        ]);
        const ended = await bench.find(job.id);
        expect(cancel.isOk()).toBe(ended.status === 'cancelled');
        const completed = turns._unsafeUnwrap().some(({ end }) => end === 'completed');
        expect(completed).toBe(ended.status === 'completed');
        if (cancel.isErr()) expect(cancel.error).toEqual({ kind: 'StaleVersion', id: job.id });
        await expectWholeChain(ended);
        if (ended.status === 'cancelled' || ended.status === 'completed') continue;
        bench.clock.move(60_000);
        (await bench.worker({ counting: counting(0) })(1))._unsafeUnwrap();
      }
    });
  });
}
