import { errAsync, ok, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { JobWork } from '../../../src/application/files/job-work.ts';
import { JOBS_TENANT } from '../../../src/domain/kernel/ids.ts';
import type { Change, Commits } from '../../../src/ports/commits.ts';
import { aClock, jobBench } from '../../fixtures/jobs.ts';

/** Counts to `steps` and logs each as it is made. */
const countingAhead = (log: string[], { steps = 3, isFollowed = true } = {}): JobWork => ({
  async *run({ checkpoint }) {
    for (let n = Number(checkpoint?.['n'] ?? 0) + 1; n <= steps; n += 1) {
      log.push(`made ${n}`);
      yield ok({
        checkpoint: { n },
        progress: { done: n, total: steps },
        isFollowed: isFollowed && n < steps,
      });
    }
    log.push('made the end');
    yield ok({ end: { done: steps, total: steps } });
  },
  failing: () => okAsync({}),
  cleanUp: () => okAsync(undefined),
});

/** The job in this change, in a word. */
function stepOf({ aggregates: [first] }: Change): string {
  if (first?.next.kind !== 'job') throw new Error('it is no change of a job');
  const { status, checkpoint } = first.next;
  return status === 'running' && checkpoint !== undefined ? JSON.stringify(checkpoint['n']) : status;
}

/** Commits that take many turns of the event loop each, and log when they begin and end. */
function slowCommits(storage: Pick<ReturnType<typeof memoryStorage>, 'commits'>, log: string[]) {
  const commit: Commits['commit'] = (change) => {
    log.push(`begun ${stepOf(change)}`);
    return ResultAsync.fromSafePromise(turns()).andThen(() =>
      storage.commits.commit(change).map(() => void log.push(`committed ${stepOf(change)}`)),
    );
  };
  return { commit };
}

async function turns(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
}

describe('A step of a job', () => {
  it('that is followed lets the next be made while it is being committed, which is committed behind it', async () => {
    const [storage, log]: [ReturnType<typeof memoryStorage>, string[]] = [memoryStorage(), []];
    const { id } = await jobBench(storage).add();
    const bench = jobBench({ ...storage, commits: slowCommits(storage, log) });
    (await bench.worker({ counting: countingAhead(log) })(1))._unsafeUnwrap();
    expect(log.slice(log.indexOf('made 1'))).toEqual(
      [
        'made 1, begun 1, made 2, committed 1',
        'begun 2, made 3, committed 2',
        'begun 3, committed 3, made the end',
        'begun completed, committed completed',
      ].flatMap((line) => line.split(', ')),
    );
    expect(await bench.find(id)).toMatchObject({ status: 'completed', progress: { done: 3 } });
  });

  it('that is not followed is committed before the next is asked for', async () => {
    const [storage, log]: [ReturnType<typeof memoryStorage>, string[]] = [memoryStorage(), []];
    await jobBench(storage).add();
    const bench = jobBench({ ...storage, commits: slowCommits(storage, log) });
    (await bench.worker({ counting: countingAhead(log, { isFollowed: false }) })(1))._unsafeUnwrap();
    for (const n of [2, 3]) expect(log.indexOf(`committed ${n - 1}`)).toBeLessThan(log.indexOf(`made ${n}`));
  });

  it('is told to the storage before its commit, by the very change that is committed', async () => {
    const [storage, told]: [ReturnType<typeof memoryStorage>, Change[]] = [memoryStorage(), []];
    await jobBench(storage).add();
    const untold: string[] = [];
    const commit: Commits['commit'] = (change) => {
      if (told.at(-1) !== change) untold.push(stepOf(change));
      return storage.commits.commit(change);
    };
    const prepare = async (change: Change) => void told.push(change);
    const bench = jobBench({ ...storage, commits: { commit, prepare } });
    (await bench.worker({ counting: countingAhead([], { isFollowed: false }) })(1))._unsafeUnwrap();
    expect(told.map(stepOf)).toEqual(['1', '2', '3', 'completed']);
    expect(untold).toEqual(['running']);
  });

  it('whose commit is refused takes the one that was made behind it along', async () => {
    for (const nth of [2, 3, 4]) {
      const [storage, log]: [ReturnType<typeof memoryStorage>, string[]] = [memoryStorage(), []];
      const { id } = await jobBench(storage).add();
      let commits = 0;
      const commit: Commits['commit'] = (change) => {
        commits += 1;
        if (commits === nth) return errAsync({ kind: 'StorageUnavailable', cause: 'gone' });
        return storage.commits.commit(change);
      };
      const first = jobBench({ ...storage, commits: { commit } });
      expect((await first.worker({ counting: countingAhead(log) })(1))._unsafeUnwrap()).toMatchObject([
        { end: 'waiting' },
      ]);
      expect(commits).toBe(nth);
      const clock = aClock();
      clock.move(60_000);
      const again = jobBench(storage, clock);
      (await again.worker({ counting: countingAhead(log) }, { holder: 'worker-2' })(1))._unsafeUnwrap();
      expect(await again.find(id)).toMatchObject({ status: 'completed', progress: { done: 3 } });
    }
  });

  it('made while the last of a turn was being committed is made again in the next, and committed once', async () => {
    const [storage, log]: [ReturnType<typeof memoryStorage>, string[]] = [memoryStorage(), []];
    const { id } = await jobBench(storage).add();
    const bench = jobBench({ ...storage, commits: slowCommits(storage, log) });
    let isStopping = false;
    const work = countingAhead(log);
    const stopping: JobWork = {
      ...work,
      async *run(job) {
        for await (const step of work.run(job)) {
          yield step;
          isStopping = true;
        }
      },
    };
    const [turn] = (await bench.worker({ counting: stopping })(1, () => isStopping))._unsafeUnwrap();
    expect(turn).toMatchObject({ end: 'released' });
    expect(await bench.find(id)).toMatchObject({ status: 'waiting', checkpoint: { n: 1 } });
    (await bench.worker({ counting: work })(1))._unsafeUnwrap();
    expect(await bench.find(id)).toMatchObject({ status: 'completed', progress: { done: 3 } });
    const links = (await storage.auditTrail.ofAggregate(JOBS_TENANT, 'job', id))._unsafeUnwrap();
    expect(links.filter(({ action }) => action === 'job.advanced')).toHaveLength(3);
    expect(log.filter((each) => each === 'made 2')).toHaveLength(2);
  });
});
