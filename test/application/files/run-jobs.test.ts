import { err, errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { JobHeldUp, JobWork } from '../../../src/application/files/job-work.ts';
import { auditedAggregate } from '../../../src/application/kernel/aggregate-change.ts';
import { MOST_ATTEMPTS } from '../../../src/domain/files/job.ts';
import type { Commits } from '../../../src/ports/commits.ts';
import { ports as changePorts, NOON, origin } from '../../fixtures/changes.ts';
import { anException, committedException } from '../../fixtures/exceptions.ts';
import { counting, jobBench } from '../../fixtures/jobs.ts';
import { dieAfter, dieBefore } from '../world.ts';

const HELD_UP: JobHeldUp = { kind: 'JobHeldUp', code: 'object_store_unavailable', cause: 'disk full' };

/** Fails each time it is asked for its first step. */
const failing = (over: Partial<JobWork> = {}): JobWork => ({
  async *run() {
    yield err(HELD_UP);
  },
  failing: () => okAsync({}),
  cleanUp: () => okAsync(undefined),
  ...over,
});

/** A storage whose process ends around its nth commit, before or after it took effect; the later ones are another's. */
function dyingAt(nth: number, when: 'before' | 'after') {
  const storage = memoryStorage();
  let commits = 0;
  const commit: Commits['commit'] = (change) => {
    commits += 1;
    const call = () => storage.commits.commit(change);
    if (commits !== nth) return call();
    return when === 'before' ? dieBefore(call) : dieAfter(call);
  };
  return { storage, dying: { ...storage, commits: { commit } } };
}

describe('A job', () => {
  it.each(['before', 'after'] as const)(
    'whose worker dies %s any commit ends the same, with each step committed once',
    async (when) => {
      for (let nth = 1; nth <= 6; nth += 1) {
        const { storage, dying } = dyingAt(nth, when);
        const bench = jobBench(storage);
        const { id } = await bench.add();
        const first = jobBench(dying, bench.clock).worker(
          { counting: counting(3) },
          { holder: 'worker-2' },
        )(1);
        await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 5))]);
        bench.clock.move(60_000);
        (await bench.worker({ counting: counting(3) })(1))._unsafeUnwrap();
        const job = await bench.find(id);
        expect(job).toMatchObject({ status: 'completed', progress: { done: 3 } });
        const links = (await storage.auditTrail.ofAggregate(job.merchantId, 'job', id))._unsafeUnwrap();
        expect(links.map(({ action }) => action).filter((action) => action === 'job.advanced')).toHaveLength(
          3,
        );
      }
    },
  );

  it('that is held up is tried again after pauses that double, and fails for good after the last try', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    const cleanUp = vi.fn(() => okAsync(undefined));
    const work = bench.worker({ counting: failing({ cleanUp }) });
    const pauses: number[] = [];
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
      expect((await work(1))._unsafeUnwrap()).toMatchObject([
        { end: 'postponed', code: HELD_UP.code, cause: HELD_UP.cause },
      ]);
      const job = await bench.find(id);
      expect(job).toMatchObject({ status: 'waiting', attempts: attempt, lastError: HELD_UP.code });
      if (job.status !== 'waiting') throw new Error('it does not wait');
      pauses.push(job.runAt - bench.clock.now());
      expect((await work(1))._unsafeUnwrap()).toEqual([]);
      bench.clock.move(job.runAt - bench.clock.now());
    }
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300_000);
    expect(cleanUp).not.toHaveBeenCalled();
    expect((await work(1))._unsafeUnwrap()).toMatchObject([{ end: 'failed', code: HELD_UP.code }]);
    expect(await bench.find(id)).toMatchObject({ status: 'failed', lastError: HELD_UP.code });
    expect(cleanUp).toHaveBeenCalledTimes(1);
  });

  it('that takes a step forgets the tries before it', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    (await bench.worker({ counting: failing() })(1))._unsafeUnwrap();
    bench.clock.move(1_000);
    let once = true;
    const stumbling = counting(2, [], (n) => {
      if (n === 2 && once) {
        once = false;
        throw new Error('a defect');
      }
    });
    expect((await bench.worker({ counting: stumbling })(1))._unsafeUnwrap()).toMatchObject([
      { end: 'postponed', code: 'internal_error' },
    ]);
    expect(await bench.find(id)).toMatchObject({ attempts: 1, checkpoint: { n: 1 } });
    bench.clock.move(1_000);
    expect((await bench.worker({ counting: stumbling })(1))._unsafeUnwrap()).toMatchObject([
      { end: 'completed' },
    ]);
    expect(await bench.find(id)).toMatchObject({ attempts: 0 });
  });

  it('whose work gives up fails at once, in one commit with what its work writes of it', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    const another = await bench.add();
    const beside = vi.fn(() => okAsync({}));
    const givesUp = failing({
      async *run(job) {
        yield job.id === id ? err({ kind: 'JobFailed', code: 'filters_invalid' }) : ok({ end: { done: 0 } });
      },
      failing: beside,
    });
    const turns = (await bench.worker({ counting: givesUp })(9))._unsafeUnwrap();
    expect(turns).toMatchObject([{ end: 'failed', code: 'filters_invalid' }, { end: 'completed' }]);
    expect(beside).toHaveBeenCalledTimes(1);
    expect(await bench.find(id)).toMatchObject({ status: 'failed', lastError: 'filters_invalid' });
    expect(await bench.find(another.id)).toMatchObject({ status: 'completed' });
  });

  it.each(['StaleVersion', 'KeyTaken'] as const)(
    'whose step met %s of something else decides the step anew after a pause, and is not lost',
    async (kind) => {
      const storage = memoryStorage();
      const bench = jobBench(storage);
      const { id } = await bench.add();
      const taken = await committedException(storage, anException(), undefined, ['missing txn_1']);
      const rival = anException(kind === 'StaleVersion' ? { id: taken.id } : {});
      const beside = auditedAggregate(changePorts, {
        at: NOON,
        origin,
        action: 'exception.opened',
        next: rival,
        takes: ['missing txn_1'],
      });
      const meeting: JobWork = failing({
        async *run() {
          yield ok({ end: { done: 1 }, beside: { aggregates: [beside.guarded], audit: [beside.entry] } });
        },
      });
      expect((await bench.worker({ counting: meeting })(1))._unsafeUnwrap()).toMatchObject([
        {
          end: 'postponed',
          code: 'changed_meanwhile',
          cause: kind === 'KeyTaken' ? 'missing txn_1' : taken.id,
        },
      ]);
      expect(await bench.find(id)).toMatchObject({ status: 'waiting', attempts: 1 });
    },
  );

  it('is left alone by others while steps follow each other within a lease, however long it takes in all', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    const others: unknown[] = [];
    const slow = counting(4, [], async () => {
      bench.clock.move(40_000);
      others.push(
        ...(await bench.worker({ counting: counting(4) }, { holder: 'worker-2' })(1))._unsafeUnwrap(),
      );
    });
    const turns = (await bench.worker({ counting: slow }, { turnMs: 600_000 })(1))._unsafeUnwrap();
    expect(turns).toMatchObject([{ end: 'completed' }]);
    expect(others).toEqual([]);
    expect(await bench.find(id)).toMatchObject({ status: 'completed', progress: { done: 4 } });
  });

  it('of which every worker dies before its first step is not taken up for ever', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    const dies = failing({ run: () => ({ next: () => new Promise(() => {}) }) as never });
    for (let n = 0; n <= MOST_ATTEMPTS; n += 1) {
      void bench.worker({ counting: dies })(1);
      await new Promise((resolve) => setImmediate(resolve));
      bench.clock.move(60_000);
    }
    (await bench.worker({ counting: counting(1) })(1))._unsafeUnwrap();
    expect(await bench.find(id)).toMatchObject({ status: 'failed', lastError: 'abandoned' });
  });

  it('is given back at the first checkpoint after its turn, and the others that are due come before it', async () => {
    const bench = jobBench(memoryStorage());
    const long = await bench.add();
    bench.clock.move(1);
    const short = await bench.add();
    const worked: string[] = [];
    const slow: JobWork = {
      ...counting(0),
      async *run({ id, checkpoint }) {
        worked.push(id);
        if (id === short.id) yield ok({ end: { done: 0 } });
        for (let n = Number(checkpoint?.['n'] ?? 0) + 1; n <= 3; n += 1) {
          bench.clock.move(2_600);
          yield ok({ checkpoint: { n }, progress: { done: n } });
        }
        yield ok({ end: { done: 3 } });
      },
    };
    const work = bench.worker({ counting: slow });
    expect((await work(1))._unsafeUnwrap()).toMatchObject([{ id: long.id, end: 'released' }]);
    expect(await bench.find(long.id)).toMatchObject({ status: 'waiting', checkpoint: { n: 2 } });
    expect((await work(1))._unsafeUnwrap()).toMatchObject([{ id: short.id, end: 'completed' }]);
    expect((await work(1))._unsafeUnwrap()).toMatchObject([{ id: long.id, end: 'completed' }]);
    expect(worked).toEqual([long.id, short.id, long.id]);
  });

  it('is given back at its next checkpoint when its worker is stopped', async () => {
    const bench = jobBench(memoryStorage());
    const { id } = await bench.add();
    const said: number[] = [];
    const turns = await bench.worker({ counting: counting(9, said) })(1, () => said.length >= 2);
    expect(turns._unsafeUnwrap()).toMatchObject([{ end: 'released' }]);
    expect(await bench.find(id)).toMatchObject({ status: 'waiting', checkpoint: { n: 2 } });
  });

  it('of a work that this version does not know is left alone', async () => {
    const bench = jobBench(memoryStorage());
    const job = await bench.add();
    expect((await bench.worker({ another: counting(1) })(9))._unsafeUnwrap()).toEqual([]);
    expect(await bench.find(job.id)).toEqual(job);
  });

  it('whose store does not answer is left to its lease, and what holds its worker is let go of', async () => {
    const storage = memoryStorage();
    const bench = jobBench(storage);
    const { id } = await bench.add();
    let left = false;
    let commits = 0;
    const commit: Commits['commit'] = (change) => {
      commits += 1;
      return commits === 2
        ? errAsync({ kind: 'StorageUnavailable', cause: 'gone' })
        : storage.commits.commit(change);
    };
    const holding: JobWork = {
      ...counting(0),
      async *run() {
        try {
          yield ok({ checkpoint: { n: 1 }, progress: { done: 1 } });
        } finally {
          left = true;
        }
      },
    };
    const unreachable = jobBench({ ...storage, commits: { commit } }, bench.clock);
    expect((await unreachable.worker({ counting: holding })(1))._unsafeUnwrap()).toMatchObject([
      { end: 'waiting' },
    ]);
    expect(left).toBe(true);
    expect(await bench.find(id)).toMatchObject({ status: 'running', holder: 'worker-1' });
  });
});
