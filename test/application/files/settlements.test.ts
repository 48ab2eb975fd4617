import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { closeSettlements } from '../../../src/application/files/close-settlements.ts';
import { netOf, type Settlement } from '../../../src/domain/files/settlement.ts';
import { groupText } from '../../../src/domain/files/settlement-keys.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { trying } from '../../domain/arbitraries.ts';
import { fileDesk, type NativeRow, nativeFile, rowAbout } from '../../fixtures/files.ts';
import { settlementBook } from '../../fixtures/settlements.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** A batch is then of a few rows. */
const FEW_ROWS = 24;

const told = fc.record({
  amount: fc.integer({ min: 1, max: 9_999 }),
  fee: fc.integer({ min: 0, max: 99 }),
  currency: fc.constantFrom('USD' as const, 'JPY' as const),
  date: fc.constantFrom('2026-03-01', '2026-03-02'),
  payout: fc.constantFrom('', 'po_1'),
  fault: fc.constantFrom('none', 'none', 'none', 'amount', 'missing'),
  /** The files that say it; more than one is a repeat, and so is none a payment that no file names. */
  files: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
});
const FILES = 4;

/** Which files are worked on side by side: each arrives in one of the rounds. */
const rounds = fc.array(fc.nat({ max: 2 }), { minLength: FILES, maxLength: FILES });

describe('settlements of files that repeat one another and are read side by side', () => {
  it('hold each settled transaction once, never mix, are numbered without a gap, and never change once they are locked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 14 }), rounds, async (all, arrivals) => {
        const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
        const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
        const book = settlementBook(storage, desk);
        await desk.open();
        const files: NativeRow[][] = Array.from({ length: FILES }, () => []);
        const paid = [];
        for (const { amount, fee, currency, date, payout, fault, files: of } of all) {
          const transaction = await desk.paid({ amount: BigInt(amount), currency });
          paid.push(transaction);
          const row = rowAbout(transaction, {
            fee: `${fee}`,
            settlement_date: date,
            payout_id: payout,
            ...(fault === 'amount' ? { amount: `${amount + 1}` } : {}),
            ...(fault === 'missing' ? { transaction_id: `txn_${'0'.repeat(32)}` } : {}),
          });
          for (const file of of) files[file]?.push(row);
        }
        const locked = new Map<string, Settlement>();
        for (const round of [0, 1, 2]) {
          for (const [index, rows] of files.entries())
            if (arrivals[index] === round && rows.length > 0)
              (await desk.send(nativeFile(rows, '\n'.repeat(index + 1))))._unsafeUnwrap();
          for (let due = 1; due > 0; desk.clock.move(400_000))
            due = (await desk.worker({}, `worker-${round}`)(9))._unsafeUnwrap().length;
          for (const each of await book.all()) {
            expect(each.status).not.toBe('processing');
            expect(locked.get(each.id) ?? each).toEqual(each);
            locked.set(each.id, each);
          }
          expect(await book.all()).toHaveLength(locked.size);
        }
        const held = [];
        for (const each of locked.values()) {
          const items = await book.items(each, 100);
          held.push(...items.map((item) => item['transaction_id']));
          expect(items.reduce((sum, item) => sum + BigInt(item['net_amount'] as number), 0n)).toBe(
            netOf(each.sums),
          );
          expect(items).toHaveLength(each.items);
          expect(await book.exceptions(each, 100)).toHaveLength(each.exceptions);
        }
        const settled = (await Promise.all(paid.map((each) => desk.transaction(each)))).filter(
          (each) => each?.status === 'settled',
        );
        expect(held.toSorted(byText)).toEqual(settled.map((each) => each?.id).toSorted(byText));
        for (const group of Map.groupBy(locked.values(), groupText).values()) {
          expect(new Set(group.map(({ sequence }) => sequence))).toEqual(new Set(group.map((_, n) => n + 1)));
          expect(new Set(group.map(({ reconciliationId }) => reconciliationId)).size).toBe(group.length);
        }
        expect(await book.verified()).toEqual([]);
      }),
      trying(20),
    );
  });
});

describe('the end of a file', () => {
  it('locks its own settlements, and none of another file that was begun in the same millisecond', async () => {
    const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
    const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
    await desk.open();
    const rows = await Promise.all(Array.from({ length: 20 }, async () => rowAbout(await desk.paid())));
    const { reconciliation } = (await desk.send(nativeFile(rows)))._unsafeUnwrap();
    const worker = desk.worker();
    for (const _ of ['its start', 'its first batch']) (await worker(9, () => true))._unsafeUnwrap();
    const running = await desk.find(reconciliation.id);
    expect(running).toMatchObject({ status: 'processing', batches: 1 });
    const lockedBy = async (file: typeof running) => {
      let locked = 0;
      for await (const step of closeSettlements(desk.ports, file, {}))
        locked += step._unsafeUnwrap().beside.aggregates?.length ?? 0;
      return locked;
    };
    expect(await lockedBy({ ...running, id: idOf('rec', '0'.repeat(32)) })).toBe(0);
    expect(await lockedBy(running)).toBe(1);
  });
});

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
