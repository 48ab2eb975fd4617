import { setImmediate } from 'node:timers/promises';
import { okAsync, ResultAsync } from 'neverthrow';
import { expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { ObjectKey } from '../../../src/domain/files/object-key.ts';
import { batchOf } from '../../../src/domain/files/reconciliation-files.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import { fileDesk, nativeFile, rowAbout, rowOfType } from '../../fixtures/files.ts';
import { settlementBook } from '../../fixtures/settlements.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** A batch is then of two rows or so. */
const FEW_ROWS = 18;
const TURNS_OF_A_COMMIT = 20;

/** A file whose rows repeat, add to and take back what the rows just before them did, so that some of them are in the next batch. */
async function aFileOfRepeats() {
  const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
  const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
  await desk.open();
  const paid: Transaction[] = [];
  for (let n = 0; n < 6; n += 1) paid.push(await desk.paid());
  // A batch ends with the fifth, and the next begins with a repeat of the one before it.
  const first = [0, 1, 2, 3, 4, 3, 4]
    .map((n) => paid[n] as Transaction)
    .map((each) => rowAbout(each, { fee: '5' }));
  const others = paid.flatMap((each, n) => [
    rowAbout(each, { fee: '5' }),
    rowAbout(each, { type: 'chargeback', reference: `d-${n}`, amount: '900' }),
    rowAbout(each, { fee: '5' }),
    rowAbout(each, { type: 'chargeback', reference: `d-${n}`, amount: '900' }),
    rowAbout(each, { fee: '5' }),
    rowAbout(each, { type: 'chargeback', reference: `e-${n}`, amount: '100' }),
    rowOfType('fee', { amount: '7', reference: `f-${n >> 1}` }),
  ]);
  (await desk.send(nativeFile([...first, ...others])))._unsafeUnwrap();
  return { storage, desk, paid };
}

/** What became of the rows, and what the books say after it. */
async function endOf({ storage, desk, paid }: Awaited<ReturnType<typeof aFileOfRepeats>>) {
  const [reconciliation] = (
    await storage.aggregates.newest(desk.merchantId, 'reconciliation', { limit: 1 })
  )._unsafeUnwrap();
  if (reconciliation === undefined) throw new Error('there is no reconciliation');
  const rows = await desk.rowsOf(reconciliation);
  const book = settlementBook(storage, desk);
  return {
    status: reconciliation.status,
    batches: reconciliation.batches,
    counts: reconciliation.outcomes.counts,
    outcomes: rows.map(({ line, outcome }) => `${line as number} ${outcome as string}`),
    versions: (await Promise.all(paid.map((each) => desk.transaction(each)))).map((each) => each?.version),
    settlements: (await book.all()).map(({ items, sums }) => ({ items, sums })),
    balances: (await storage.balances.of(desk.merchantId))._unsafeUnwrap(),
  };
}

/** Of the batches that are not committed yet: that which is being committed, the one that is asked for meanwhile, and two more. */
const MADE_AT_MOST = 4;

/** A worker whose commits each take until all is made that may be made meanwhile, and then some; and what happens in its time. */
function slowly({ desk, storage }: Awaited<ReturnType<typeof aFileOfRepeats>>, batches: number) {
  const log: string[] = [];
  const count = (what: string) => log.slice(log.indexOf('made')).filter((each) => each === what).length;
  const isWaitedFor = () =>
    log.includes('made') && count('made') < Math.min(batches, count('committed') + MADE_AT_MOST);
  const { commits } = storage;
  const { objects } = desk.ports;
  const worker = desk.worker({
    commits: {
      commit: (change) =>
        okAsync(undefined)
          .andThen(() => ResultAsync.fromSafePromise(taken()))
          .andThen(() => commits.commit(change))
          .map(() => void log.push('committed')),
    },
    objects: {
      ...objects,
      put: (...args) => {
        log.push('made');
        return objects.put(...args);
      },
    },
  });
  return { worker, log };

  async function taken(): Promise<void> {
    while (isWaitedFor()) await setImmediate();
    await turns(TURNS_OF_A_COMMIT);
  }
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await setImmediate();
}

it('rows are matched as the batch before leaves the books, whether or not its commit has arrived', async () => {
  const [quick, slow] = [await aFileOfRepeats(), await aFileOfRepeats()];
  (await quick.desk.worker()(9))._unsafeUnwrap();
  const right = await endOf(quick);
  expect((await slowly(slow, right.batches).worker(9))._unsafeUnwrap()).toMatchObject([{ end: 'completed' }]);
  const end = await endOf(slow);
  expect(end).toEqual(right);
  expect(end.batches).toBeGreaterThan(6);
  expect(end.versions).toEqual(Array(6).fill(2));
  expect(end.counts).toMatchObject({ matched: 21, duplicate: 28 });
});

it('the next three batches are made while one is being committed, and no more than these', async () => {
  const [quick, world] = [await aFileOfRepeats(), await aFileOfRepeats()];
  (await quick.desk.worker()(9))._unsafeUnwrap();
  const { batches } = await endOf(quick);
  const { worker, log } = slowly(world, batches);
  (await worker(9))._unsafeUnwrap();
  expect(log.slice(log.indexOf('made'), log.lastIndexOf('made') + 1)).toEqual([
    ...Array(MADE_AT_MOST).fill('made'),
    ...Array(batches - MADE_AT_MOST)
      .fill(['committed', 'made'])
      .flat(),
  ]);
});

it('no batch is committed before its object is written', async () => {
  const { desk } = await aFileOfRepeats();
  const { commits, objects } = desk.ports;
  const written = new Set<string>();
  const unwritten: string[] = [];
  const worker = desk.worker({
    commits: {
      commit(change) {
        for (const { next } of change.aggregates)
          if (next.kind === 'reconciliation' && next.status === 'processing' && next.batches > 0)
            if (![...written].some((key) => batchOf(key as ObjectKey) === next.batches - 1))
              unwritten.push(`${next.batches - 1}`);
        return commits.commit(change);
      },
    },
    objects: {
      ...objects,
      put: (key, ...args) =>
        ResultAsync.fromSafePromise(turns(TURNS_OF_A_COMMIT))
          .andThen(() => objects.put(key, ...args))
          .map((stored) => {
            written.add(key);
            return stored;
          }),
    },
  });
  expect((await worker(9))._unsafeUnwrap()).toMatchObject([{ end: 'completed' }]);
  expect(written.size).toBeGreaterThan(6);
  expect(unwritten).toEqual([]);
});

it('what is not in the file is looked for once its last batch is committed, however long that takes', async () => {
  const desk = fileDesk({ ...memoryStorage(), mostChangeRows: FEW_ROWS }, temporaryFiles({ now: () => 0 }));
  await desk.open({ settlementDelayDays: 0 });
  const { commits } = desk.ports;
  for (let count = 1; count <= 5; count += 1) {
    const paid = await Promise.all(Array.from({ length: count }, () => desk.paid()));
    const rows = paid.map((each) => rowAbout(each, { fee: '5' }));
    const { reconciliation } = (await desk.send(nativeFile(rows), `${count}.csv`))._unsafeUnwrap();
    const worker = desk.worker({
      commits: {
        commit: (change) =>
          ResultAsync.fromSafePromise(turns(TURNS_OF_A_COMMIT)).andThen(() => commits.commit(change)),
      },
    });
    (await worker(9))._unsafeUnwrap();
    const end = await desk.find(reconciliation.id);
    expect(end).toMatchObject({ status: 'completed', outcomes: { counts: { matched: count } } });
    const exceptions = desk.ports.aggregates.newest(desk.merchantId, 'exception', { limit: 9 });
    expect((await exceptions)._unsafeUnwrap()).toEqual([]);
  }
});
