import { okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { UnsettledPage } from '../../../src/ports/payments.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout, rowOfType } from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** Three exceptions are then all that a commit opens or closes. */
const FEW_ROWS = 15;
const EMPTY_PAGES = 40;

describe('what comes behind the last row of a file', () => {
  let desk: FileDesk;
  let pages: number[];
  beforeEach(() => {
    desk = fileDesk({ ...memoryStorage(), mostChangeRows: FEW_ROWS }, temporaryFiles({ now: () => 0 }));
    pages = [];
  });

  /** A worker that notes each step of a job, before whose unsettled transactions come pages of settled ones, each after some time. */
  function watched(pageMs: number) {
    const { commits, payments } = desk.ports;
    const steps: number[] = [];
    const worker = desk.worker({
      commits: {
        commit(change) {
          if (change.audit.some(({ action }) => action === 'job.advanced')) steps.push(desk.clock.now());
          return commits.commit(change);
        },
      },
      payments: {
        ...payments,
        unsettled(merchantId, page: UnsettledPage) {
          desk.clock.move(pageMs);
          pages.push(desk.clock.now());
          const { after, ...rest } = page;
          const n = Number(/^empty (\d+)$/.exec(after ?? 'empty 0')?.[1] ?? EMPTY_PAGES);
          if (n < EMPTY_PAGES) return okAsync({ transactions: [], next: `empty ${n + 1}` });
          return payments.unsettled(
            merchantId,
            n === EMPTY_PAGES && after?.startsWith('empty') ? rest : page,
          );
        },
      },
    });
    return { worker, steps };
  }

  it('passes over transactions that are settled, and exceptions that stay as they are, without a commit for each page', async () => {
    await desk.open({ settlementDelayDays: 0 });
    const bad = Array.from({ length: 1_100 }, (_, n) => rowOfType('fee', { amount: 'x', reference: `${n}` }));
    await desk.reconcile(nativeFile(bad));
    // Of the report on it.
    (await desk.worker()(1))._unsafeUnwrap();
    const { reconciliation } = (await desk.send(nativeFile([rowAbout(await desk.paid())])))._unsafeUnwrap();
    const { worker, steps } = watched(0);
    (await worker(1))._unsafeUnwrap();
    expect(await desk.find(reconciliation.id)).toMatchObject({ status: 'completed' });
    expect(pages).toHaveLength(EMPTY_PAGES + 1);
    // The count of the rows, the row, the end of the walk, the settlement.
    expect(steps).toHaveLength(4);
  });

  it('commits its place every few seconds, so that a worker that dies leaves little to do again, and no lease runs out', async () => {
    await desk.open({ settlementDelayDays: 0 });
    const { reconciliation } = (await desk.send(nativeFile([rowAbout(await desk.paid())])))._unsafeUnwrap();
    const { worker, steps } = watched(700);
    (await worker(1))._unsafeUnwrap();
    expect(await desk.find(reconciliation.id)).toMatchObject({ status: 'completed' });
    const [begun = 0, ended = 0] = [pages.at(0), pages.at(-1)];
    const within = steps.filter((at) => at >= begun && at <= ended);
    const gaps = within.slice(1).map((at, n) => at - (within[n] as number));
    expect(within.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThan(5_000);
  });

  it('opens as many exceptions in a commit as it holds, of a page that is read once', async () => {
    await desk.open({ settlementDelayDays: 0 });
    const paid = await Promise.all(Array.from({ length: 20 }, () => desk.paid()));
    const { reconciliation } = (
      await desk.send(nativeFile([rowOfType('fee', { amount: 'x' })]))
    )._unsafeUnwrap();
    const { worker, steps } = watched(0);
    (await worker(1))._unsafeUnwrap();
    expect(await desk.find(reconciliation.id)).toMatchObject({
      status: 'completed',
      absences: { expected: 0, missingThere: paid.length },
    });
    expect(pages).toHaveLength(EMPTY_PAGES + 1);
    expect(steps.length).toBeGreaterThan(paid.length / 3);
  });

  it('looks for the exceptions of late transactions a few at a time, however many a page has', async () => {
    await desk.open({ settlementDelayDays: 0 });
    const late = await Promise.all(Array.from({ length: 60 }, () => desk.paid()));
    await desk.send(nativeFile([rowOfType('fee', { amount: '5', reference: 'f' })]));
    const { aggregates } = desk.ports;
    const looking = { now: 0, most: 0, all: 0 };
    const worker = desk.worker({
      aggregates: {
        ...aggregates,
        findByKey(merchantId, kind, key) {
          if (kind !== 'exception') return aggregates.findByKey(merchantId, kind, key);
          looking.now += 1;
          looking.all += 1;
          looking.most = Math.max(looking.most, looking.now);
          return aggregates.findByKey(merchantId, kind, key).map((found) => {
            looking.now -= 1;
            return found;
          });
        },
      },
    });
    expect((await worker(1))._unsafeUnwrap()).toMatchObject([{ end: 'completed' }]);
    expect(looking.all).toBe(late.length);
    expect(looking.most).toBeLessThanOrEqual(16);
  });
});
