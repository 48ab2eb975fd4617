import { afterAll, describe, expect, inject, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { listRows } from '../../../src/application/files/list-rows.ts';
import { getReconciliation } from '../../../src/application/files/read-reconciliations.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { netOf, type Settlement } from '../../../src/domain/files/settlement.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { SECRET } from '../../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout, rowOfType } from '../../fixtures/files.ts';
import { settlementBook } from '../../fixtures/settlements.ts';
import { everyStorage } from '../../support/every-storage.ts';
import { temporaryFiles } from '../../support/objects.ts';
import { aProcess, outlived, type Planned } from '../faulty-process.ts';
import { IS_DEEP, inSteps, pointsOf } from './in-steps.ts';

/** A batch is then of two or three rows, so that a file of a few has several. */
const FEW_ROWS = 18;
const LEASE_OVER_MS = 400_000;
/** So many faults are tried on each database, of which the seed says which. */
const SAMPLED = 6;

/**
 * A file of two batches: rows that match, one of them twice, a fee that was not known, and one that differs before another settles its
 * transaction; of two dates; a chargeback of what was settled, and a payout twice.
 */
async function aWorld(open: () => Promise<Storage>) {
  const storage = { ...(await open()), mostChangeRows: FEW_ROWS };
  const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
  await desk.open();
  const paid = [await desk.paid(), await desk.paid({ fee: 3n }), await desk.paid()];
  const [first, second, third] = paid;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were paid');
  const file = nativeFile([
    rowAbout(first, { fee: '5' }),
    rowAbout(second, { fee: '3' }),
    rowAbout(first, { fee: '5' }),
    rowAbout(third, { fee: '1', amount: '1', settlement_date: '2026-03-03' }),
    rowAbout(third, { fee: '1' }),
    rowAbout(first, { type: 'chargeback', reference: 'd-1', amount: '900' }),
    rowOfType('payout', { amount: '70', payout_id: 'p-1' }),
    rowOfType('payout', { amount: '70', payout_id: 'p-1' }),
  ]);
  const { reconciliation } = (await desk.send(file))._unsafeUnwrap();
  return { storage, desk, paid, id: reconciliation.id };
}
type World = Awaited<ReturnType<typeof aWorld>>;

/** Workers that come after, each when the lease of the one before is over, until there is nothing to do. */
async function succeeded({ desk }: World): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    desk.clock.move(LEASE_OVER_MS);
    (await desk.worker({}, `successor-${n}`)(9))._unsafeUnwrap();
  }
}

async function endOf({ storage, desk, paid, id }: World) {
  const reconciliation = await desk.find(id);
  const list = listRows({
    ...desk.ports,
    signedTokens: systemSignedTokens(SECRET),
    getReconciliation: getReconciliation(storage),
  });
  const { merchantId } = desk;
  const rows = (await list({ merchantId, id, limit: 100 }))._unsafeUnwrap().items;
  const lines = await storage.aggregates.list(merchantId, 'statement_line', { limit: 100 });
  const exceptions = await storage.aggregates.newest(merchantId, 'exception', { limit: 100 });
  const disputes = await storage.aggregates.newest(merchantId, 'dispute', { limit: 100 });
  const transactions = await Promise.all(paid.map((each) => desk.transaction(each)));
  const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
  const clock = { now: () => desk.clock.now() + 3_600_000 };
  const verified = await verifyWithFiles({ ...storage, ...desk.ports, clock })(() => {});
  return {
    status: reconciliation.status,
    counts: reconciliation.outcomes.counts,
    sums: reconciliation.outcomes.sums,
    rows: rows.map(({ line, outcome }) => `${line as number} ${outcome as string}`),
    transactions: transactions.map((each) => `${each?.status} ${each?.version}`),
    fees: balance?.fees,
    bank: balance?.bank,
    lines: lines
      ._unsafeUnwrap()
      .map(({ type, reference }) => `${type} ${reference}`)
      .sort(),
    disputes: disputes
      ._unsafeUnwrap()
      .map(({ status, processorId, version }) => `${status} ${processorId} ${version}`),
    settlements: (await settlementsOf(desk)).map(settled).toSorted(),
    told: await lockedIn(storage),
    exceptions: exceptions
      ._unsafeUnwrap()
      .map(({ type, status }) => `${type} ${status}`)
      .sort(),
    verified: verified.isOk() ? verified.value.unsettled : verified.error,
  };
}

const settlementsOf = async ({ ports, merchantId }: FileDesk): Promise<readonly Settlement[]> =>
  (await ports.aggregates.newest(merchantId, 'settlement', { limit: 9 }))._unsafeUnwrap();

const settled = ({ date, sequence, status, sums, items, exceptions }: Settlement): string =>
  `${date} ${sequence} ${status}: ${netOf(sums)} in ${items}, and ${exceptions} that did not match`;

/** The events of settlements, each once. */
const lockedIn = async (storage: Storage): Promise<readonly string[]> =>
  (await storage.outbox.unsent(100))
    ._unsafeUnwrap()
    .flatMap(({ type, data }) =>
      type === 'settlement.completed' ? [`${data['date'] as string} ${data['status'] as string}`] : [],
    )
    .toSorted();

/** What must hold however the first worker fared. */
const ENDED = {
  status: 'completed',
  rows: [
    '2 matched',
    '3 matched',
    '4 duplicate',
    '5 mismatched',
    '6 matched',
    '7 matched',
    '8 matched',
    '9 duplicate',
  ],
  transactions: ['settled 2', 'settled 2', 'settled 2'],
  fees: 9n,
  bank: -70n,
  lines: ['chargeback d-1', 'payout p-1'],
  disputes: ['needs_response d-1 1'],
  settlements: [
    '2026-03-02 1 completed: 6591 in 4, and 0 that did not match',
    '2026-03-02 1 completed_with_exceptions: 0 in 0, and 0 that did not match',
    '2026-03-03 1 completed_with_exceptions: 0 in 0, and 1 that did not match',
  ],
  told: [
    '2026-03-02 completed',
    '2026-03-02 completed_with_exceptions',
    '2026-03-03 completed_with_exceptions',
  ],
  exceptions: ['duplicate open', 'payout_difference open'],
  verified: [],
};

async function played(planned?: Planned, open: () => Promise<Storage> = inMemory) {
  const world = await aWorld(open);
  const process = aProcess(planned);
  await outlived(process, world.desk.worker(inSteps(process, world.desk))(9), () => succeeded(world));
  const end = await endOf(world);
  await world.storage.close();
  return { end, steps: process.taken };
}

const inMemory = () => Promise.resolve(memoryStorage());

describe('a worker that reconciles a file', async () => {
  const { end, steps } = await played();

  it('settles each transaction once, and finds every row its outcome', () => {
    expect(end).toMatchObject(ENDED);
    expect(steps.length).toBeGreaterThan(15);
  });

  it('comes to the same end whatever happens to any one of its calls', async () => {
    for (const planned of pointsOf(steps)) {
      const { end: hurt } = await played(planned);
      expect({ ...planned, ...hurt }).toEqual({ ...planned, ...end });
    }
  });
});

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

describe.each(kinds.filter(({ name }) => name !== 'memory'))(
  'a worker that reconciles a file on $name',
  ({ open }) => {
    it('comes to the end that it comes to in memory, whatever happens to its calls', async () => {
      const { end, steps } = await played();
      const points = pointsOf(steps);
      const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
      const oneIn = IS_DEEP ? 1 : Math.ceil(points.length / SAMPLED);
      for (const planned of points.filter((_, index) => (index + seed) % oneIn === 0)) {
        const { end: hurt } = await played(planned, open);
        expect({ seed, ...planned, ...hurt }).toEqual({ seed, ...planned, ...end });
      }
    });
  },
);

describe('a worker that locks the settlements of a file that failed', async () => {
  const closed = async (planned?: Planned) => {
    const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
    const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
    const book = settlementBook(storage, desk);
    await desk.open();
    const dates = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
    const paid = await Promise.all(dates.map(() => desk.paid()));
    const rows = paid.map((each, index) => rowAbout(each, { settlement_date: dates[index] ?? '' }));
    (await desk.send(nativeFile(rows)))._unsafeUnwrap();
    await book.failAfter(2);
    const process = aProcess(planned);
    const succeed = async () => {
      for (let n = 0; n < 3; n += 1) {
        desk.clock.move(LEASE_OVER_MS);
        (await book.closer({}, `successor-${n}`)(9))._unsafeUnwrap();
      }
    };
    await outlived(process, book.closer(inSteps(process, desk))(9), succeed);
    const end = {
      settlements: (await settlementsOf(desk)).map(settled),
      told: await lockedIn(storage),
      verified: await book.verified(),
    };
    return { end, steps: process.taken };
  };
  const { end, steps } = await closed();

  it('locks each of them once, as one with exceptions', () => {
    const lockedOf = (date: string) =>
      `${date} 1 completed_with_exceptions: 2500 in 1, and 0 that did not match`;
    expect(end).toEqual({
      settlements: ['2026-03-04', '2026-03-03', '2026-03-02', '2026-03-01'].map(lockedOf),
      told: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'].map(
        (date) => `${date} completed_with_exceptions`,
      ),
      verified: [],
    });
    expect(steps.length).toBeGreaterThan(5);
  });

  it('comes to the same end whatever happens to any one of its calls', async () => {
    for (const planned of pointsOf(steps)) {
      const { end: hurt } = await closed(planned);
      expect({ ...planned, ...hurt }).toEqual({ ...planned, ...end });
    }
  });
});
