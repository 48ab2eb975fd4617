import { ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { countsOf, type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What reconciling a processor's file promises, on every storage. */
export function reconciliationsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Reconciliations: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    beforeEach(async () => {
      storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      await desk.open();
      return () => storage.close();
    });

    const verified = async () => {
      const clock = { now: () => desk.clock.now() + 3_600_000 };
      const seen = await verify({ ...storage, ...desk.ports, clock })(() => {});
      return seen.isOk() ? seen.value.unsettled : seen.error;
    };

    it('every row ends as what it is: matched, mismatched with both values, missing, a duplicate or rejected', async () => {
      const [matched, altered, again] = [await desk.paid(), await desk.paid(), await desk.paid({ fee: 7n })];
      const file = nativeFile([
        rowAbout(matched, { fee: '30' }),
        rowAbout(altered, { amount: '2400' }),
        rowAbout(again, { fee: '7' }),
        rowAbout(again, { fee: '7' }),
        rowAbout(matched, { transaction_id: altered.id }),
        rowAbout(altered, { amount: '1e3' }),
      ]);
      const reconciliation = await desk.reconcile(file);
      expect(reconciliation.status).toBe('completed');
      expect(countsOf(reconciliation)).toEqual({
        matched: 2,
        mismatched: 1,
        duplicate: 1,
        missing_here: 1,
        rejected: 1,
      });
      expect(await desk.rowsOf(reconciliation, 3)).toMatchObject([
        { line: 2, outcome: 'matched' },
        { line: 3, outcome: 'mismatched', differences: [{ field: 'amount', ours: 2500, theirs: 2400 }] },
        { line: 4, outcome: 'matched' },
        { line: 5, outcome: 'duplicate' },
        { line: 6, outcome: 'missing_here' },
        { line: 7, outcome: 'rejected', column: 'amount', reason: 'not_an_amount' },
      ]);
      expect(await desk.transaction(matched)).toMatchObject({ status: 'settled', fee: 30n, version: 2 });
      expect(await desk.transaction(altered)).toMatchObject({ status: 'succeeded', version: 1 });
      expect(await desk.transaction(again)).toMatchObject({ status: 'settled', fee: 7n, version: 2 });
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({ available: 7_463n, fees: 37n, processor: -7_500n });
      expect(await verified()).toEqual([]);
    });

    it('the same bytes again are the same reconciliation, and the same rows in other bytes are duplicates', async () => {
      const rows = [await desk.paid(), await desk.paid()].map((each) => rowAbout(each));
      const first = await desk.reconcile(nativeFile(rows));
      const again = (await desk.send(nativeFile(rows), 'another-name.csv'))._unsafeUnwrap();
      expect(again).toEqual({ isNew: false, reconciliation: first });
      // The report of the first is all there is to do.
      expect((await desk.worker()(9))._unsafeUnwrap()).toMatchObject([{ work: 'reconciliation_report' }]);
      expect(countsOf(await desk.reconcile(nativeFile(rows, '')))).toEqual({ duplicate: 2 });
      expect(await verified()).toEqual([]);
    });

    it('a file that names another merchant’s payments changes nothing of theirs, and says that they are missing', async () => {
      const other = fileDesk(storage, desk.ports, aMerchantId('merchant-b'));
      await other.open();
      const theirs = await other.paid();
      const reconciliation = await desk.reconcile(nativeFile([rowAbout(theirs)]));
      expect(countsOf(reconciliation)).toEqual({ missing_here: 1 });
      expect(await other.transaction(theirs)).toEqual(theirs);
    });

    it('more rows than one commit holds are settled batch by batch, with the fee of each in the ledger', async () => {
      const paid = await Promise.all(Array.from({ length: 70 }, () => desk.paid()));
      const reconciliation = await desk.reconcile(
        nativeFile(paid.map((each) => rowAbout(each, { fee: '1' }))),
      );
      expect(countsOf(reconciliation)).toEqual({ matched: 70 });
      expect(reconciliation.batches).toBeGreaterThan(storage.mostChangeRows > 1_000 ? 0 : 2);
      expect(await desk.rowsOf(reconciliation)).toHaveLength(70);
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({ fees: 70n });
      expect(await verified()).toEqual([]);
    });

    it('a file that is refused settles nothing, says where, and may be sent again', async () => {
      const paid = await desk.paid();
      const row = rowAbout(paid, { reference: '"open' });
      const refused = await desk.reconcile(nativeFile([rowAbout(paid, { reference: 'r' }), row]));
      expect(refused).toMatchObject({ status: 'failed', error: { code: 'quote_not_closed', line: 3 } });
      expect(await desk.transaction(paid)).toEqual(paid);
      const again = (await desk.send(nativeFile([rowAbout(paid, { reference: 'r' }), row])))._unsafeUnwrap();
      expect(again.isNew).toBe(true);
    });

    it('what differs by no more than the merchant tolerates in that currency matches within the tolerance, and no more', async () => {
      const tolerant = fileDesk(storage, desk.ports, aMerchantId('merchant-c'));
      await tolerant.open({ settlementTolerances: { USD: 2n } });
      const [within, beyond, yen, fee] = [
        await tolerant.paid({ fee: 5n }),
        await tolerant.paid(),
        await tolerant.paid({ currency: 'JPY' }),
        await tolerant.paid({ fee: 5n }),
      ];
      const reconciliation = await tolerant.reconcile(
        nativeFile([
          rowAbout(within, { amount: '2502', fee: '3' }),
          rowAbout(beyond, { amount: '2503' }),
          rowAbout(yen, { amount: '2501' }),
          rowAbout(fee, { fee: '6', currency: 'EUR' }),
        ]),
      );
      expect(countsOf(reconciliation)).toEqual({ matched_within_tolerance: 1, mismatched: 3 });
      expect(await tolerant.transaction(within)).toMatchObject({ status: 'settled', fee: 5n });
      expect(await tolerant.rowsOf(reconciliation)).toMatchObject([
        {
          differences: [
            { field: 'amount', ours: 2500, theirs: 2502 },
            { field: 'fee', ours: 5, theirs: 3 },
          ],
        },
        {},
        {},
        {},
      ]);
      expect(await verified()).toEqual([]);
    });

    it('of two files that settle one transaction at once, one does, and the other says that it is a duplicate', async () => {
      const paid = await desk.paid();
      const [slow, fast] = [
        nativeFile([rowAbout(paid, { fee: '1' })]),
        nativeFile([rowAbout(paid, { fee: '2' })]),
      ];
      const { reconciliation: slower } = (await desk.send(slow))._unsafeUnwrap();
      let faster: Reconciliation | undefined;
      const { payments } = desk.ports;
      const late = desk.worker({
        payments: {
          ...payments,
          transactionsOfEach: (...args) =>
            payments.transactionsOfEach(...args).andThen((found) =>
              ResultAsync.fromSafePromise(
                (async () => {
                  // Between its read and its commit another worker does all of the other file.
                  faster ??= await desk.reconcile(fast);
                  return found;
                })(),
              ),
            ),
        },
      });
      expect((await late(1))._unsafeUnwrap()).toMatchObject([
        { end: 'postponed', code: 'changed_meanwhile' },
      ]);
      desk.clock.move(2_000);
      (await desk.worker({}, 'worker-2')(9))._unsafeUnwrap();
      expect(countsOf(await desk.find(slower.id))).toEqual({ duplicate: 1 });
      expect(faster && countsOf(faster)).toEqual({ matched: 1 });
      expect(await desk.transaction(paid)).toMatchObject({ status: 'settled', fee: 2n, version: 2 });
      expect(await verified()).toEqual([]);
    });

    it('lists a merchant’s reconciliations newest first', async () => {
      const paid = await desk.paid();
      const ids: string[] = [];
      for (const fee of ['1', '2', '3']) {
        ids.unshift((await desk.reconcile(nativeFile([rowAbout(paid, { fee })]))).id);
        desk.clock.move(1_000);
      }
      const newest = async (before?: string) =>
        (
          await storage.aggregates.newest(desk.merchantId, 'reconciliation', {
            limit: 2,
            ...present({ before }),
          })
        )
          ._unsafeUnwrap()
          .map(({ id }) => id);
      expect(await newest()).toEqual(ids.slice(0, 2));
      expect(await newest(ids[1])).toEqual(ids.slice(2));
    });
  });
}
