import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { addsUp } from '../../../src/domain/files/file-totals.ts';
import { trying } from '../../domain/arbitraries.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { faultsOfRows, rowsWithFaults } from '../../fixtures/faulty-rows.ts';
import { absentAtEndOf, countsOf, fileDesk, nativeFile } from '../../fixtures/files.ts';
import { temporaryFiles } from '../../support/objects.ts';
import { aProcess, FAULTS } from '../faulty-process.ts';
import { inSteps } from './in-steps.ts';

/** A batch is then of five rows at the most, so that a file of a few has several; the row that changes most, a chargeback that opens a dispute, just fits. */
const FEW_ROWS = 20;
const LEASE_OVER_MS = 400_000;

/** What happens to each of the workers that come one after the other: at which of its calls, and whether it is let go before the next. */
const hurts = fc.array(
  fc.record({ step: fc.nat({ max: 40 }), fault: fc.constantFrom(...FAULTS), isLetGo: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

describe('a file with faults that is read by workers which die, stall and repeat their calls', () => {
  it('has exactly the outcomes of its faults, settles each transaction once, and leaves nothing that verify finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        faultsOfRows(14),
        hurts,
        fc.infiniteStream(fc.nat()),
        async (faults, workers, order) => {
          const storage = { ...memoryStorage(), mostChangeRows: FEW_ROWS };
          const files = temporaryFiles({ now: () => 0 });
          const desk = fileDesk(storage, files);
          const other = fileDesk(storage, files, aMerchantId('merchant-b'));
          await desk.open();
          await other.open();
          const { rows, expected, book, settled } = await rowsWithFaults(desk, other, faults, order);
          const { reconciliation } = (await desk.send(nativeFile(rows)))._unsafeUnwrap();
          const stalled: (() => Promise<void>)[] = [];
          for (const [n, { isLetGo, ...planned }] of workers.entries()) {
            const process = aProcess(planned);
            const course = await process.follow(desk.worker(inSteps(process, desk), `worker-${n}`)(9));
            const letGo = async () => {
              const onTheWire = process.letGo();
              if (course.kind === 'held') await course.rest;
              await onTheWire;
            };
            if (isLetGo) await letGo();
            else stalled.push(letGo);
            desk.clock.move(LEASE_OVER_MS);
          }
          for (let n = 0; n < 4; n += 1) {
            (await desk.worker({}, `successor-${n}`)(9))._unsafeUnwrap();
            desk.clock.move(LEASE_OVER_MS);
            for (const letGo of stalled.splice(0)) await letGo();
          }
          const end = await desk.find(reconciliation.id);
          expect(countsOf(end)).toEqual(expected);
          expect(end.status === 'completed' && addsUp(end.totals, end.outcomes)).toBe(true);
          const found = await Promise.all(book.map((each) => desk.transaction(each)));
          expect(found.map((each) => each?.status === 'settled')).toEqual(settled);
          expect(absentAtEndOf(end)).toBe(settled.filter((isSettled) => !isSettled).length);
          // Once: a second settlement would be another version.
          expect(found.every((each) => each?.status !== 'settled' || each.version === 2)).toBe(true);
          const clock = { now: () => desk.clock.now() + 3_600_000 };
          const verified = await verifyWithFiles({ ...storage, ...desk.ports, clock })(() => {});
          expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
        },
      ),
      trying(20),
    );
  });
});
