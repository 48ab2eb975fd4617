import { beforeEach, describe, expect, it } from 'vitest';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import type { Settlement } from '../../src/domain/files/settlement.ts';
import { settlementRecord } from '../../src/domain/files/settlement-record.ts';
import { entityOf } from '../../src/domain/kernel/events.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { settlementBook } from '../fixtures/settlements.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What settlements promise, on every storage. */
export function settlementsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Settlements: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    let book: ReturnType<typeof settlementBook>;
    beforeEach(async () => {
      storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      book = settlementBook(storage, desk);
      await desk.open();
      return () => storage.close();
    });

    const endedAt = ({ batches }: Reconciliation) => batches - 1;

    it('a file makes one for each date, currency and payout, locked at its end, whose net is what its items add up to', async () => {
      const [first, second, yen, later] = [
        await desk.paid({ fee: 30n }),
        await desk.paid(),
        await desk.paid({ currency: 'JPY', amount: 10n }),
        await desk.paid(),
      ];
      const file = await desk.reconcile(
        nativeFile([
          rowAbout(first, { fee: '30', payout_id: 'po_1' }),
          rowAbout(yen, { fee: '40' }),
          rowAbout(second, { fee: '20', payout_id: 'po_1' }),
          rowAbout(later, { settlement_date: '2026-03-03' }),
        ]),
      );
      const settlements = await book.all();
      const records = settlements.map(settlementRecord);
      expect(records.map(({ date }) => date)).toEqual(['2026-03-03', '2026-03-02', '2026-03-02']);
      const of = (currency: string, date: string) =>
        records.find((each) => each.currency === currency && each.date === date);
      expect(of('USD', '2026-03-03')).toMatchObject({
        gross_amount: 2_500,
        fee_amount: 0,
        net_amount: 2_500,
      });
      expect(of('USD', '2026-03-02')).toMatchObject({
        payout_id: 'po_1',
        gross_amount: 5_000,
        fee_amount: 50,
        net_amount: 4_950,
      });
      expect(of('JPY', '2026-03-02')).toMatchObject({ gross_amount: 10, fee_amount: 40, net_amount: -30 });
      for (const each of settlements) {
        expect(each).toMatchObject({
          status: 'completed',
          sequence: 1,
          reconciliationId: file.id,
          processedAt: desk.clock.now(),
        });
        expect(each.lastBatch).toBeLessThanOrEqual(endedAt(file));
        const items = await book.items(each);
        expect(items.reduce((sum, { net_amount }) => sum + Number(net_amount), 0)).toBe(
          settlementRecord(each).net_amount,
        );
      }
      const ofPayout = settlements.filter(({ payoutId }) => payoutId === 'po_1');
      expect(await book.items(ofPayout[0] as Settlement)).toEqual([
        {
          line: 2,
          type: 'payment',
          payment_id: first.paymentId,
          transaction_id: first.id,
          amount: 2_500,
          fee: 30,
          net_amount: 2_470,
        },
        {
          line: 4,
          type: 'payment',
          payment_id: second.paymentId,
          transaction_id: second.id,
          amount: 2_500,
          fee: 20,
          net_amount: 2_480,
        },
      ]);
      expect(await book.verified()).toEqual([]);
    });

    it('rows that did not match are counted apart with what they claim, and listed; duplicates are in none', async () => {
      const [paid, altered] = [await desk.paid(), await desk.paid()];
      const rows = [
        rowAbout(paid),
        rowAbout(paid),
        rowAbout(altered, { amount: '2600', fee: '100' }),
        rowAbout(altered, { transaction_id: paid.id, amount: '7' }),
        rowAbout(altered, { amount: '1e3' }),
      ];
      await desk.reconcile(nativeFile(rows));
      const [settlement, ...others] = await book.all();
      if (settlement === undefined) throw new Error('there is a settlement');
      expect(others).toEqual([]);
      expect(settlementRecord(settlement)).toMatchObject({
        status: 'completed_with_exceptions',
        net_amount: 2_500,
        transaction_count: 1,
        exception_count: 2,
        exception_amount: 2_507,
      });
      expect((await book.exceptions(settlement)).map(({ exception }) => exception)).toMatchObject([
        { line: 5, type: 'missing_here', settlementId: settlement.id },
        { line: 4, type: 'mismatched', settlementId: settlement.id },
      ]);
      expect(await book.items(settlement)).toMatchObject([{ line: 2 }]);
      await desk.reconcile(nativeFile([rowAbout(paid)]));
      expect(await book.all()).toEqual([settlement]);
      expect(await book.verified()).toEqual([]);
    });

    it('late rows of a later file are the next in sequence, and what is locked stays as it is', async () => {
      const paid = [await desk.paid(), await desk.paid(), await desk.paid()];
      const files: string[] = [];
      for (const each of paid) {
        const before = await book.all();
        files.push((await desk.reconcile(nativeFile([rowAbout(each, { payout_id: 'po_1' })]))).id);
        desk.clock.move(1_000);
        const [newest, ...rest] = await book.all();
        expect(rest).toEqual(before);
        expect(newest).toMatchObject({
          sequence: files.length,
          reconciliationId: files.at(-1),
          transactions: 1,
        });
      }
      expect(await book.verified()).toEqual([]);
    });

    it('two files at once never mix: the one that was slower to open the next in sequence opens the one after', async () => {
      const paid = [await desk.paid(), await desk.paid()];
      const [slow, fast] = paid.map((each) => nativeFile([rowAbout(each)]));
      const { reconciliation: slower } = (await desk.send(slow ?? ''))._unsafeUnwrap();
      let isRival = false;
      const late = desk.worker({
        aggregates: book.afterFinding(async () => {
          if (isRival) return;
          isRival = true;
          await desk.reconcile(fast ?? '');
        }),
      });
      expect((await late(1))._unsafeUnwrap()).toMatchObject([
        { end: 'postponed', code: 'changed_meanwhile' },
      ]);
      desk.clock.move(2_000);
      (await desk.worker({}, 'worker-2')(9))._unsafeUnwrap();
      const settlements = await book.all();
      expect(
        settlements.map(({ sequence, transactions }) => `${sequence} ${transactions}`).toSorted(),
      ).toEqual(['1 1', '2 1']);
      expect(settlements.find(({ sequence }) => sequence === 2)?.reconciliationId).toBe(slower.id);
      expect(await book.verified()).toEqual([]);
    });

    it('more rows than one commit holds are one settlement, its items paged in the order of the file', async () => {
      const paid = await Promise.all(Array.from({ length: 60 }, () => desk.paid()));
      const rows = paid.map((each, index) =>
        rowAbout(each, { fee: '1', payout_id: index % 2 === 0 ? 'even' : 'odd' }),
      );
      const { batches } = await desk.reconcile(nativeFile(rows));
      expect(batches).toBeGreaterThan(storage.mostChangeRows > 1_000 ? 0 : 2);
      for (const each of await book.all()) {
        expect(settlementRecord(each)).toMatchObject({
          net_amount: 30 * 2_499,
          item_count: 30,
          status: 'completed',
        });
        const lines = (await book.items(each, 7)).map(({ line }) => Number(line));
        expect(lines).toEqual(lines.toSorted((a, b) => a - b));
        expect(lines).toHaveLength(30);
        expect(each.version).toBe(each.lastBatch - each.firstBatch + 2);
      }
      expect(await book.verified()).toEqual([]);
    });

    it('each that is locked has its event, with what the merchant reads of it', async () => {
      await desk.reconcile(
        nativeFile([rowAbout(await desk.paid()), rowAbout(await desk.paid({ currency: 'EUR' }))]),
      );
      const events = (await storage.outbox.unsent(100))
        ._unsafeUnwrap()
        .filter(({ type }) => type === 'settlement.completed');
      const settlements = await book.all();
      expect(new Set(events.map(entityOf))).toEqual(new Set(settlements.map(({ id }) => id)));
      for (const { merchantId, data } of events) {
        expect([merchantId, data['status'], data['batch_id']]).toEqual([
          desk.merchantId,
          'completed',
          settlements[0]?.reconciliationId,
        ]);
        expect(data).not.toHaveProperty('first_batch');
      }
    });

    it('of a file that failed in the middle, what was settled is locked with the reason, however many there are', async () => {
      const paid = await Promise.all(Array.from({ length: 70 }, () => desk.paid()));
      const dates = paid.map((_, index) => `2026-${`${1 + (index % 12)}`.padStart(2, '0')}-01`);
      const rows = paid.map((each, index) =>
        rowAbout(each, { settlement_date: dates[index] ?? '', payout_id: `po_${index}` }),
      );
      const { reconciliation } = (await desk.send(nativeFile(rows)))._unsafeUnwrap();
      await book.failAfter(2);
      (await book.closer()(9))._unsafeUnwrap();
      const failed = await desk.find(reconciliation.id);
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'object_store_unavailable' } });
      const settlements = await book.all();
      expect(settlements.length).toBeGreaterThan(10);
      for (const each of settlements)
        expect(each).toMatchObject({
          status: 'completed_with_exceptions',
          fault: 'object_store_unavailable',
          transactions: 1,
        });
      const settled = (await Promise.all(paid.map((each) => desk.transaction(each)))).filter(
        (each) => each?.status === 'settled',
      );
      expect(settled).toHaveLength(settlements.length);
      expect(await book.verified()).toEqual([]);
    });

    it('a merchant lists its own by date, currency, status and payout, newest file first', async () => {
      const other = fileDesk(storage, desk.ports, aMerchantId('merchant-b'));
      await other.open();
      await other.reconcile(nativeFile([rowAbout(await other.paid())]));
      expect(await book.all()).toEqual([]);
      await desk.reconcile(nativeFile([rowAbout(await desk.paid(), { payout_id: 'po_1' })]));
      desk.clock.move(1_000);
      const rows = [
        rowAbout(await desk.paid({ currency: 'EUR' }), { settlement_date: '2026-03-04' }),
        rowAbout(await desk.paid(), { settlement_date: '2026-03-03', amount: '1' }),
      ];
      await desk.reconcile(nativeFile(rows));
      const dates = async (filter: Parameters<typeof book.all>[0]) =>
        (await book.all(filter, 1)).map(({ date }) => date.slice(-1));
      expect(await dates({})).toEqual(['4', '3', '2']);
      expect(await dates({ from: '2026-03-03' })).toEqual(['4', '3']);
      expect(await dates({ from: '2026-03-02', to: '2026-03-03' })).toEqual(['3', '2']);
      expect(await dates({ currency: 'EUR' })).toEqual(['4']);
      expect(await dates({ status: 'completed_with_exceptions' })).toEqual(['3']);
      expect(await dates({ payoutId: 'po_1' })).toEqual(['2']);
      expect(await dates({ payoutId: 'po_1', currency: 'EUR' })).toEqual([]);
    });
  });
}
