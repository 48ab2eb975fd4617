import { beforeEach, describe, expect, it } from 'vitest';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout, rowOfType } from '../fixtures/files.ts';
import { exceptionDesk } from './exception-desk.ts';

/** What is promised of rows that come again, and of money that is decided twice: each difference is posted once, on every storage. */
export function repeatedRowsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Rows that come again: ${adapter}`, () => {
    const on = exceptionDesk(open);
    const { verified, listed, only, resolving, balance } = on;
    let desk: FileDesk;
    beforeEach(async () => {
      desk = on.desk();
      await desk.open({ settlementDelayDays: 0 });
    });

    const accept = async (exceptions: readonly Exception[]) => {
      for (const each of exceptions) (await resolving(each, { kind: 'accept_difference' }))._unsafeUnwrap();
    };
    const outcomes = async (file: Reconciliation) =>
      (await desk.rowsOf(file)).map(({ outcome, differences }) => [outcome, differences]);
    const differences = async () => (await balance())?.differences;
    const standing = async () =>
      (await listed({ status: 'open' })).map(({ type, difference }) => [type, difference]);

    it('a duplicate that pays another amount and the payout that pays it are one difference', async () => {
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid)]));
      await desk.reconcile(
        nativeFile([
          rowAbout(paid, { amount: '2600', payout_id: 'po_1' }),
          rowOfType('payout', { amount: '2600', payout_id: 'po_1' }),
        ]),
      );
      expect(await standing()).toEqual([['duplicate', 2_600n]]);
      await accept(await listed({ status: 'open' }));
      expect(await differences()).toBe(2_600n);
      expect(await verified()).toEqual([]);
    });

    it('a row that did not match is a duplicate in that file and in each later one, whatever was decided', async () => {
      const paid = await desk.paid();
      const stranger = fileDesk(on.storage(), desk.ports, aMerchantId('merchant-b'));
      await stranger.open();
      const unknown = rowAbout(await stranger.paid(), { amount: '700' });
      const disputed = rowAbout(paid, { type: 'chargeback', amount: '3000', reference: 'd-1' });
      const first = await desk.reconcile(nativeFile([unknown, unknown, disputed]));
      expect((await outcomes(first)).map(([outcome]) => outcome)).toEqual([
        'missing_here',
        'duplicate',
        'mismatched',
      ]);
      const again = await desk.reconcile(nativeFile([disputed, unknown]));
      expect(await outcomes(again)).toEqual([
        ['duplicate', undefined],
        ['duplicate', undefined],
      ]);
      const exceptions = (await listed({ status: 'open' })).filter(({ type }) => type !== 'missing_there');
      expect(new Set(exceptions.map(({ difference }) => difference))).toEqual(new Set([-3_000n, 700n]));
      await accept(exceptions);
      expect(await differences()).toBe(-2_300n);
      const more = { ...unknown, amount: '800' };
      const third = await desk.reconcile(nativeFile([unknown, disputed, rowAbout(paid), more]));
      expect((await outcomes(third)).map(([outcome]) => outcome)).toEqual([
        'duplicate',
        'duplicate',
        'matched',
        'missing_here',
      ]);
      expect(await only({ status: 'open', type: 'missing_here' })).toMatchObject({
        difference: 800n,
        line: 5,
      });
      expect(await verified()).toEqual([]);
    });

    it('a hold that a file pays for is all of it a difference, and accepting that settles nothing', async () => {
      const held = await desk.paid({ captureMethod: 'manual' });
      expect(held.type).toBe('authorization');
      await desk.reconcile(nativeFile([rowAbout(held, { type: 'payment' })]));
      const exception = await only({ type: 'mismatched' });
      expect(exception).toMatchObject({ difference: held.amount.minorUnits, transactionId: held.id });
      await accept([exception]);
      expect(await differences()).toBe(held.amount.minorUnits);
      expect(await desk.transaction(held)).toMatchObject({ status: 'succeeded' });
      expect(await verified()).toEqual([]);
    });

    it('a fee, a chargeback or a payout that comes again with another amount is a difference of its own', async () => {
      const paid = await desk.paid();
      const disputed = rowAbout(paid, { type: 'chargeback', amount: '1000', reference: 'd-1' });
      const fee = rowOfType('fee', { amount: '100', reference: 'f-1' });
      const file = await desk.reconcile(
        nativeFile([
          rowAbout(paid),
          disputed,
          { ...disputed, amount: '999' },
          fee,
          { ...fee, amount: '99900' },
          fee,
        ]),
      );
      expect(await outcomes(file)).toEqual([
        ['matched', undefined],
        ['matched', undefined],
        ['duplicate', [{ field: 'amount', ours: 1_000, theirs: 999 }]],
        ['matched', undefined],
        ['duplicate', [{ field: 'amount', ours: 100, theirs: 99_900 }]],
        ['duplicate', undefined],
      ]);
      expect((await listed({ status: 'open' })).map(({ type, difference }) => [type, difference])).toEqual([
        ['duplicate', -99_900n],
        ['duplicate', -999n],
      ]);
      expect(await verified()).toEqual([]);
    });

    it('a row that pays another amount than its transaction is settled by later is all of it a difference, which is posted once', async () => {
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      expect(await only({ type: 'mismatched' })).toMatchObject({ difference: -100n });
      await desk.reconcile(nativeFile([rowAbout(paid)]));
      const exception = await only({ status: 'open' });
      expect(exception).toMatchObject({
        type: 'duplicate',
        difference: 2_400n,
        amount: { minorUnits: 2_400n },
        fields: [{ field: 'amount', ours: 2_500, theirs: 2_400 }],
        transactionId: paid.id,
      });
      await desk.reconcile(nativeFile([rowAbout(paid)]));
      expect(await only({ status: 'open' })).toEqual(exception);
      await accept([exception]);
      expect(await differences()).toBe(2_400n);
      expect(await verified()).toEqual([]);
    });

    it('what a row paid that did not match is a difference once its transaction is taken as never paid', async () => {
      const paid = await desk.paid();
      desk.clock.move(1_000);
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      await accept([await only({ type: 'missing_there' })]);
      expect(await differences()).toBe(-2_500n);
      await desk.reconcile(nativeFile([rowOfType('fee', { amount: '1', reference: 'f-1' })]));
      expect(await standing()).toEqual([['duplicate', 2_400n]]);
      await accept(await listed({ status: 'open' }));
      expect(await differences()).toBe(-100n);
      expect(await verified()).toEqual([]);
    });

    it('a row that paid nothing leaves nothing to decide once its transaction is settled, and one in another currency does', async () => {
      const [failed, foreign] = [await desk.paid(), await desk.paid()];
      await desk.reconcile(
        nativeFile([rowAbout(failed, { status: 'failed' }), rowAbout(foreign, { currency: 'EUR' })]),
      );
      expect(await listed({ type: 'mismatched' })).toHaveLength(2);
      await desk.reconcile(nativeFile([rowAbout(failed), rowAbout(foreign)]));
      expect(await only({ status: 'open' })).toMatchObject({
        type: 'duplicate',
        transactionId: foreign.id,
        fields: [{ field: 'currency', ours: 'USD', theirs: 'EUR' }],
      });
      expect(await verified()).toEqual([]);
    });

    it('money that comes after it was taken as never paid is a difference again, once', async () => {
      const late = await desk.paid();
      desk.clock.move(1_000);
      await desk.reconcile(nativeFile([rowOfType('fee', { amount: '1', reference: 'f-1' })]));
      await accept([await only({ type: 'missing_there' })]);
      expect(await differences()).toBe(-2_500n);
      const row = rowAbout(late, { fee: '7', payout_id: 'po_1' });
      const found = await desk.reconcile(
        nativeFile([row, row, rowOfType('payout', { amount: '2493', payout_id: 'po_1' })]),
      );
      expect(await outcomes(found)).toEqual([
        ['duplicate', [{ field: 'amount', ours: 0, theirs: 2_500 }]],
        ['duplicate', undefined],
        ['matched', undefined],
      ]);
      const exception = await only({ status: 'open' });
      expect(exception).toMatchObject({ type: 'duplicate', difference: 2_493n });
      await accept([exception]);
      expect(await differences()).toBe(-7n);
      expect(await outcomes(await desk.reconcile(nativeFile([row])))).toEqual([['duplicate', undefined]]);
      expect(await listed({ status: 'open' })).toEqual([]);
      expect(await verified()).toEqual([]);
    });
  });
}
