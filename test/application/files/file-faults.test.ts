import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { addsUp } from '../../../src/domain/files/file-totals.ts';
import type { Outcome } from '../../../src/domain/files/match-row.ts';
import type { Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import {
  asItEnded,
  countsOf,
  fileDesk,
  type NativeRow,
  nativeFile,
  rowAbout,
  rowOfType,
} from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** What is wrong with the file about one payment. */
const FAULTS = [
  'none',
  'missing here',
  'doubled',
  'amount',
  'fee',
  'currency',
  'foreign',
  'unreadable',
  'charged back',
  'charged back and reversed',
  'charged back for more',
  'reversed only',
  'fee line',
  'line doubled',
] as const;
type Fault = (typeof FAULTS)[number];

/** How the file as a whole arrives. */
const WAYS = ['whole', 'sent twice', 'in two files', 'cut in its last row'] as const;

const EXPECTED: Readonly<Record<Fault, readonly Outcome[]>> = {
  none: ['matched'],
  'missing here': ['missing_here'],
  doubled: ['matched', 'duplicate'],
  amount: ['mismatched'],
  fee: ['mismatched'],
  currency: ['mismatched'],
  foreign: ['missing_here'],
  unreadable: ['rejected'],
  'charged back': ['matched', 'matched'],
  'charged back and reversed': ['matched', 'matched', 'matched'],
  'charged back for more': ['matched', 'mismatched'],
  'reversed only': ['matched', 'mismatched'],
  'fee line': ['matched', 'matched'],
  'line doubled': ['matched', 'matched', 'duplicate'],
};

const tally = (outcomes: readonly Outcome[]) => {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
};

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
        fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...WAYS),
        fc.infiniteStream(fc.nat()),
        async (faults, way, order) => {
          const storage = memoryStorage();
          const files = temporaryFiles({ now: () => 0 });
          const desk = fileDesk(storage, files);
          const other = fileDesk(storage, files, aMerchantId('merchant-b'));
          await desk.open();
          await other.open();
          const rows: NativeRow[] = [];
          /** A reversal is one of what is on record: its order is kept. */
          const later: NativeRow[] = [];
          const settled: boolean[] = [];
          const book = [];
          for (const [index, fault] of faults.entries()) {
            const currency = index % 3 === 0 ? 'JPY' : 'USD';
            const paid = await desk.paid({ amount: BigInt(1_000 + index), currency, fee: 5n });
            const row = rowAbout(paid, { fee: '5' });
            book.push(paid);
            settled.push(EXPECTED[fault][0] === 'matched');
            const disputed = rowAbout(paid, { type: 'chargeback', reference: `d-${index}` });
            const reversal = { ...disputed, type: 'chargeback_reversal' };
            const line = rowOfType('fee', { amount: '7', reference: `f-${index}`, currency });
            if (
              fault === 'none' ||
              fault.includes('charged') ||
              fault.includes('line') ||
              fault === 'reversed only'
            )
              rows.push(row);
            if (fault === 'charged back') rows.push(disputed);
            if (fault === 'charged back and reversed') later.push(disputed, reversal);
            if (fault === 'charged back for more') rows.push({ ...disputed, amount: '99999' });
            if (fault === 'reversed only') rows.push(reversal);
            if (fault === 'fee line') rows.push(line);
            if (fault === 'line doubled') rows.push(line, line);
            if (fault === 'missing here')
              rows.push({ ...row, transaction_id: `txn_${`${index}`.padStart(32, '0')}` });
            if (fault === 'doubled') rows.push(row, row);
            if (fault === 'amount') rows.push({ ...row, amount: '1' });
            if (fault === 'fee') rows.push({ ...row, fee: '6' });
            if (fault === 'currency') rows.push({ ...row, currency: 'EUR' });
            if (fault === 'foreign') rows.push(rowAbout(await other.paid()));
            if (fault === 'unreadable') rows.push({ ...row, amount: '1,000'.replace(',', '.') });
          }
          const shuffled = rows
            .map((row) => ({ row, at: order.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ row }) => row)
            .concat(later);
          const expected = tally(faults.flatMap((fault) => EXPECTED[fault]));
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
          const clock = { now: () => desk.clock.now() + 3_600_000 };
          const verified = await verifyWithFiles({ ...storage, ...desk.ports, clock })(() => {});
          expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
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
