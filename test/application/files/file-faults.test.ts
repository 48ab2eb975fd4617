import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { addsUp } from '../../../src/domain/files/file-totals.ts';
import { publishedReconciliation } from '../../../src/domain/files/published-reconciliation.ts';
import type { Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { faultsOfRows, rowsWithFaults } from '../../fixtures/faulty-rows.ts';
import {
  absentAtEndOf,
  asItEnded,
  countsOf,
  fileDesk,
  nativeFile,
  rowAbout,
  rowOfType,
} from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** How the file as a whole arrives. */
const WAYS = ['whole', 'sent twice', 'in two files', 'cut in its last row'] as const;

const sumOf = (all: readonly Reconciliation[]) => {
  const counts: Record<string, number> = {};
  for (const each of all)
    for (const [outcome, count] of Object.entries(countsOf(each)))
      counts[outcome] = (counts[outcome] ?? 0) + count;
  return counts;
};

describe('a file with faults', () => {
  it('has exactly the outcomes of its faults, and counts and sums that add up, however it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        faultsOfRows(40),
        fc.constantFrom(...WAYS),
        fc.infiniteStream(fc.nat()),
        async (faults, way, order) => {
          const storage = memoryStorage();
          const files = temporaryFiles({ now: () => 0 });
          const desk = fileDesk(storage, files);
          const other = fileDesk(storage, files, aMerchantId('merchant-b'));
          await desk.open();
          await other.open();
          const {
            rows: shuffled,
            expected,
            book,
            settled,
          } = await rowsWithFaults(desk, other, faults, order);
          const done: Reconciliation[] = [];
          if (way === 'in two files') {
            const middle = Math.ceil(shuffled.length / 2);
            const [first, second] = [shuffled.slice(0, middle), shuffled.slice(middle)];
            done.push(await desk.reconcile(nativeFile(first)));
            // A row that is doubled may be all that is in either; the same bytes would be the same file.
            if (second.length > 0) done.push(await desk.reconcile(nativeFile(second, '')));
          } else if (way === 'cut in its last row') {
            const text = nativeFile([...shuffled, { ...shuffled[0], status: 'settled' }]);
            const lastRow = text.trimEnd().lastIndexOf('\n') + 1;
            done.push(await desk.reconcile(text.slice(0, (lastRow + text.length) / 2)));
            expected.rejected = (expected.rejected ?? 0) + 1;
          } else {
            done.push(await desk.reconcile(nativeFile(shuffled)));
            if (way === 'sent twice')
              expect(asItEnded(await desk.reconcile(nativeFile(shuffled)))).toEqual(asItEnded(done[0]));
          }
          expect(sumOf(done)).toEqual(expected);
          for (const each of done)
            expect(each.status === 'completed' && addsUp(each.totals, each.outcomes)).toBe(true);
          const found = await Promise.all(book.map((each) => desk.transaction(each)));
          expect(found.map((each) => each?.status === 'settled')).toEqual(settled);
          expect(absentAtEndOf(done.at(-1))).toBe(settled.filter((isSettled) => !isSettled).length);
          const clock = { now: () => desk.clock.now() + 3_600_000 };
          const verified = await verifyWithFiles({ ...storage, ...desk.ports, clock })(() => {});
          expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('says how many of its rows are counted while it is read for the first time, and then how many there are, before the first has an outcome', async () => {
    const desk = fileDesk(memoryStorage(), temporaryFiles({ now: () => 0 }));
    await desk.open();
    const text = nativeFile(Array.from({ length: 53_000 }, () => ({ ...rowOfType('fee', { amount: 'x' }) })));
    const { reconciliation } = (await desk.send(text))._unsafeUnwrap();
    const worker = desk.worker();
    const shown = async () => {
      (await worker(1, () => true))._unsafeUnwrap();
      const { status, counts, rows_counted, bytes_counted, rows_total, rows_done } = publishedReconciliation(
        await desk.find(reconciliation.id),
      ) as Readonly<Record<string, unknown>>;
      return {
        status,
        rows: (counts as Record<string, unknown>)['rows'],
        rows_counted,
        bytes_counted,
        rows_total,
        rows_done,
      };
    };
    const first = await shown();
    expect(first).toMatchObject({ status: 'pending', rows: undefined, rows_total: undefined, rows_done: 0 });
    expect(first.rows_counted).toBeGreaterThanOrEqual(50_000);
    expect(first.rows_counted).toBeLessThan(53_000);
    expect(first.bytes_counted).toBeGreaterThan(0.94 * text.length);
    expect(await shown()).toEqual({
      status: 'processing',
      rows: 53_000,
      rows_counted: undefined,
      bytes_counted: undefined,
      rows_total: 53_000,
      rows_done: 0,
    });
  });

  it('and nothing else opens an exception for each row, in commits and objects that are each no larger than of any other file', async () => {
    const mostChangeRows = 60;
    const desk = fileDesk({ ...memoryStorage(), mostChangeRows }, temporaryFiles({ now: () => 0 }));
    await desk.open();
    const { commits, objects } = desk.ports;
    let mostAggregates = 0;
    let mostBytes = 0;
    const watching = desk.worker({
      commits: {
        commit(change) {
          mostAggregates = Math.max(mostAggregates, change.aggregates.length);
          return commits.commit(change);
        },
      },
      objects: {
        ...objects,
        put(key, bytes, type) {
          mostBytes = Math.max(mostBytes, bytes.length);
          return objects.put(key, bytes, type);
        },
      },
    });
    const bad = Array.from({ length: 1_000 }, (_, n) =>
      rowOfType('fee', { amount: 'x', reference: `f-${n}` }),
    );
    const { reconciliation } = (await desk.send(nativeFile(bad)))._unsafeUnwrap();
    (await watching(1))._unsafeUnwrap();
    expect(countsOf(await desk.find(reconciliation.id))).toEqual({ rejected: 1_000 });
    const open = { limit: 2_000, isOpen: true } as const;
    const exceptions = await desk.ports.aggregates.newest(desk.merchantId, 'exception', open);
    expect(exceptions._unsafeUnwrap()).toHaveLength(1_000);
    expect(mostAggregates).toBeLessThanOrEqual(mostChangeRows / 2);
    expect(mostBytes).toBeLessThan(mostChangeRows * 100);
  });

  it('that is another one when it is read again fails, as its rows do not add up to what was counted', async () => {
    const desk = fileDesk(memoryStorage(), temporaryFiles({ now: () => 0 }));
    await desk.open();
    const rows = [rowAbout(await desk.paid()), rowAbout(await desk.paid())];
    const { reconciliation } = (await desk.send(nativeFile(rows)))._unsafeUnwrap();
    const { objects } = desk.ports;
    let reads = 0;
    const changing: typeof objects = {
      ...objects,
      get(key, range) {
        reads += 1;
        const shorter = new TextEncoder().encode(nativeFile(rows.slice(0, 1)));
        return reads === 1
          ? objects.get(key, range)
          : objects.put(key, shorter, 'text/csv').andThen(() => objects.get(key, range));
      },
    };
    (await desk.worker({ objects: changing })(1))._unsafeUnwrap();
    expect(await desk.find(reconciliation.id)).toMatchObject({
      status: 'failed',
      error: { code: 'file_changed' },
    });
  });
});
