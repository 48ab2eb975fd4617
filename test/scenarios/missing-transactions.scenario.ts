import { beforeEach, describe, expect, it } from 'vitest';
import { missingKey } from '../../src/domain/files/exception.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { type FileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { exceptionDesk } from './exception-desk.ts';

const DAY_MS = 86_400_000;

/** What is promised of transactions that no file settles, on every storage. */
export function missingTransactionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Transactions that no file settles: ${adapter}`, () => {
    const on = exceptionDesk(open);
    const { verified, listed, only, resolving, absent, absences, anyFile } = on;
    let desk: FileDesk;
    let storage: Storage;
    beforeEach(() => {
      desk = on.desk();
      storage = on.storage();
    });

    it('what no file settles is expected for the merchant’s days, then missing once, and closed by the file that settles it', async () => {
      await desk.open({ settlementDelayDays: 2 });
      const [settled, late] = [await desk.paid(), await desk.paid()];
      const first = await desk.reconcile(nativeFile([rowAbout(settled)]));
      expect(absences(first)).toEqual([1, 0]);
      expect(await absent(first, 'expected')).toMatchObject([
        { outcome: 'expected', payment_id: late.paymentId, transaction_id: late.id, amount: 2_500 },
      ]);
      expect(await listed()).toEqual([]);
      desk.clock.move(DAY_MS + 1_000);
      const second = await desk.reconcile(anyFile('second'));
      expect(absences(second)).toEqual([0, 1]);
      const missing = await only({ type: 'missing_there' });
      expect(missing).toMatchObject({
        transactionId: late.id,
        difference: -2_500n,
        reconciliationId: second.id,
      });
      expect(await absent(second, 'missing_there')).toMatchObject([
        { outcome: 'missing_there', transaction_id: late.id, exception_id: missing.id },
      ]);
      // Not opened a second time, and counted in each file that lacks it.
      const third = await desk.reconcile(anyFile('third'));
      expect(absences(third)).toEqual([0, 1]);
      expect(await only({ type: 'missing_there' })).toEqual(missing);
      const found = await desk.reconcile(nativeFile([rowAbout(late)]));
      expect(absences(found)).toEqual([0, 0]);
      expect(await only({ type: 'missing_there' })).toMatchObject({
        status: 'resolved',
        resolution: { settledBy: found.id },
      });
      expect(await verified()).toEqual([]);
    });

    it('the exceptions of a file are found by its reconciliation, closed ones and what it was the first to lack too, and its rows name theirs', async () => {
      await desk.open({ settlementDelayDays: 0 });
      const altered = await desk.paid();
      await desk.paid();
      desk.clock.move(1_000);
      const rows = [rowAbout(altered, { amount: '2400' }), rowAbout(altered, { fee: 'x' })];
      const first = await desk.reconcile(nativeFile(rows));
      desk.clock.move(7_200_000);
      const second = await desk.reconcile(nativeFile([rowAbout(altered, { amount: '2300' })]));
      const found = await listed({ reconciliationId: first.id }, 1);
      expect(found).toEqual((await listed()).filter(({ reconciliationId }) => reconciliationId === first.id));
      expect(found.map(({ type }) => type).toSorted()).toEqual([
        'mismatched',
        'missing_there',
        'missing_there',
        'rejected',
      ]);
      expect(await listed({ reconciliationId: second.id })).toMatchObject([{ type: 'mismatched', line: 2 }]);
      const mismatched = await only({ reconciliationId: first.id, type: 'mismatched' });
      (await resolving(mismatched, { kind: 'ignore' }))._unsafeUnwrap();
      expect(await only({ reconciliationId: first.id, status: 'ignored' })).toMatchObject({ line: 2 });
      expect(await desk.rowsOf(first)).toMatchObject([
        { line: 2, exception_id: mismatched.id },
        { line: 3, exception_id: (await only({ type: 'rejected' })).id },
      ]);
      expect(await listed({ reconciliationId: first.id, age: '>7d' })).toEqual([]);
      expect(await listed({ reconciliationId: first.id }, 100, aMerchantId('merchant-b'))).toEqual([]);
    });

    it('a transaction is missing once, also where the next file comes within the hour and looks at it again', async () => {
      await desk.open({ settlementDelayDays: 0 });
      const late = await desk.paid();
      desk.clock.move(late.createdAt + 60_000 - desk.clock.now());
      for (const name of ['first', 'second'])
        expect(absences(await desk.reconcile(anyFile(name)))).toEqual([0, 1]);
      expect(await only({ type: 'missing_there' })).toMatchObject({ transactionId: late.id, version: 1 });
    });

    it('one that is expected later is expected until then, and one that was decided is counted no more', async () => {
      await desk.open({ settlementDelayDays: 0 });
      await desk.paid();
      await desk.reconcile(anyFile('first'));
      const until = desk.clock.now() + 5 * DAY_MS;
      const missing = await only({ type: 'missing_there' });
      const later = (await resolving(missing, { kind: 'expect_later', until }))._unsafeUnwrap();
      expect(absences(await desk.reconcile(anyFile('second')))).toEqual([1, 0]);
      desk.clock.move(5 * DAY_MS);
      expect(absences(await desk.reconcile(anyFile('third')))).toEqual([0, 1]);
      (await resolving(later, { kind: 'ignore' }))._unsafeUnwrap();
      expect(absences(await desk.reconcile(anyFile('fourth')))).toEqual([0, 0]);
      const key = missingKey(missing.transactionId ?? ('' as never));
      const held = (await storage.aggregates.findByKey(desk.merchantId, 'exception', key))._unsafeUnwrap();
      expect(held).toMatchObject({ id: missing.id, status: 'ignored' });
      expect(await verified()).toEqual([]);
    });

    it('more than one commit holds are found at the end of a file, each once, however often the worker dies in between', async () => {
      await desk.open({ settlementDelayDays: 0 });
      const paid = await Promise.all(Array.from({ length: 70 }, () => desk.paid()));
      const { reconciliation } = (await desk.send(anyFile('first')))._unsafeUnwrap();
      // Each turn of a worker ends after one step, as if it had died there.
      for (let turns = 0; turns < 40; turns += 1)
        (await desk.worker({}, `worker-${turns}`)(1, () => true))._unsafeUnwrap();
      const ended = await desk.find(reconciliation.id);
      expect(ended.status).toBe('completed');
      expect(absences(ended)).toEqual([0, 70]);
      const missing = await listed({ type: 'missing_there' });
      const ids = new Set(missing.map(({ transactionId }) => transactionId));
      expect([missing.length, ids]).toEqual([70, new Set(paid.map(({ id }) => id))]);
      expect(await absent(ended, 'missing_there')).toHaveLength(70);
      expect(await verified()).toEqual([]);
    });
  });
}
