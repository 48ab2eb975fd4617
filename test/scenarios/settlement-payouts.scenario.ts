import { beforeEach, describe, expect, it } from 'vitest';
import { resolveException } from '../../src/application/files/resolve-exception.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import { settlementRecord } from '../../src/domain/files/settlement-record.ts';
import type { ExceptionId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout, rowOfType } from '../fixtures/files.ts';
import { settlementBook } from '../fixtures/settlements.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What is promised of a settlement beside the payout that the bank was sent, on every storage. */
export function settlementPayoutsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payouts of settlements: ${adapter}`, () => {
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

    it('rows of every type are in the equation as they are in the ledger, with the line of the bank', async () => {
      const [paid, disputed, won] = [await desk.paid(), await desk.paid(), await desk.paid()];
      const none = { payment_id: '', transaction_id: '', payout_id: 'po_1', currency: 'USD' };
      const said = (each: typeof paid, cells: Readonly<Record<string, string>>) =>
        rowAbout(each, { payout_id: 'po_1', reference: '', bank_reference: '', ...cells });
      const charge = (cells: Readonly<Record<string, string>>) => said(paid, { ...none, ...cells });
      const file = nativeFile([
        said(paid, { fee: '30' }),
        said(disputed, {}),
        said(won, {}),
        said(disputed, { type: 'chargeback', amount: '2500', fee: '15', reference: 'dp_1' }),
        said(won, { type: 'chargeback', amount: '1000', reference: 'dp_2' }),
        said(won, { type: 'chargeback_reversal', amount: '1000', reference: 'dp_2' }),
        charge({ type: 'fee', amount: '40', reference: 'monthly' }),
        charge({ type: 'fee', amount: '40', reference: 'monthly' }),
        charge({ type: 'adjustment', amount: '-7', reference: 'correction' }),
        charge({ type: 'payout', amount: '4900', bank_reference: 'bank line 1' }),
      ]);
      await desk.reconcile(file);
      const [settlement, ...others] = await book.all();
      if (settlement === undefined) throw new Error('there is a settlement');
      expect(others).toEqual([]);
      expect(settlementRecord(settlement)).toMatchObject({
        gross_amount: 7_500,
        fee_amount: 85,
        chargeback_amount: 2_500,
        adjustment_amount: -7,
        net_amount: 4_908,
        transaction_count: 3,
        item_count: 8,
        exception_count: 0,
        payout: { amount: 4_900, bank_reference: 'bank line 1', difference: -8 },
        status: 'completed_with_exceptions',
      });
      const items = await book.items(settlement);
      expect(items.map(({ type, net_amount }) => `${type as string} ${net_amount as number}`)).toEqual([
        'payment 2470',
        'payment 2500',
        'payment 2500',
        'chargeback -2515',
        'chargeback -1000',
        'chargeback_reversal 1000',
        'fee -40',
        'adjustment -7',
      ]);
      // All that was ever taken is in the file, so what is left of it is the net, and the processor has all but what it sent.
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({ available: 4_908n, fees: 85n, bank: -4_900n });
      expect(await book.verified()).toEqual([]);
    });

    it('a payout that differs opens one exception beside those of its rows, of what neither a tolerance nor they account for', async () => {
      const tolerant = fileDesk(storage, desk.ports, aMerchantId('merchant-tolerant'));
      await tolerant.open({ settlementTolerances: { USD: 5n } });
      const its = settlementBook(storage, tolerant);
      const [paid, near, altered] = [await tolerant.paid(), await tolerant.paid(), await tolerant.paid()];
      const payoutOf = (amount: string, payout_id: string) =>
        rowOfType('payout', { amount, payout_id, currency: 'USD' });
      await tolerant.reconcile(
        nativeFile([
          rowAbout(paid, { payout_id: 'po_1' }),
          rowAbout(near, { payout_id: 'po_1', amount: '2503' }),
          rowAbout(altered, { payout_id: 'po_1', amount: '2400' }),
          payoutOf('7400', 'po_1'),
          payoutOf('-60', 'po_2'),
          rowAbout(await tolerant.paid(), { payout_id: 'po_3' }),
          payoutOf('2500', 'po_3'),
        ]),
      );
      const of = async (payoutId: string) => {
        const [settlement, ...others] = await its.all({ payoutId });
        if (settlement === undefined || others.length > 0) throw new Error(`not one of ${payoutId}`);
        const exceptions = (await its.exceptions(settlement)).map(({ exception }) => exception);
        return { settlement, exceptions };
      };
      const { settlement, exceptions } = await of('po_1');
      // 5 000 by our books, 3 within the tolerance and the 2 400 that the altered row claims, which has an exception of its own.
      expect(settlementRecord(settlement)).toMatchObject({
        status: 'completed_with_exceptions',
        net_amount: 5_000,
        tolerated_amount: 3,
        exception_amount: 2_400,
        payout: { amount: 7_400, difference: 2_400 },
      });
      const mismatched = { type: 'mismatched', line: 4 };
      expect(exceptions).toMatchObject([
        {
          type: 'payout_difference',
          status: 'open',
          amount: { minorUnits: 3n, currency: 'USD' },
          difference: -3n,
          fields: [{ field: 'payout_amount', ours: 7_403, theirs: 7_400 }],
          settlementId: settlement.id,
          reconciliationId: settlement.reconciliationId,
        },
        mismatched,
      ]);
      expect((await of('po_2')).exceptions).toMatchObject([{ type: 'payout_difference', difference: -60n }]);
      expect(await of('po_3')).toMatchObject({ settlement: { status: 'completed' }, exceptions: [] });
      expect(await its.verified()).toEqual([]);
    });

    it('an accepted difference of a payout is posted, after which the processor owes what the other rows leave', async () => {
      const paid = await desk.paid();
      const rows = [
        rowAbout(paid, { payout_id: 'po_1' }),
        rowOfType('payout', { amount: '2490', payout_id: 'po_1', currency: 'USD' }),
      ];
      await desk.reconcile(nativeFile(rows));
      const [settlement] = await book.all();
      if (settlement === undefined) throw new Error('there is a settlement');
      const [shown] = await book.exceptions(settlement);
      const target = {
        merchantId: desk.merchantId,
        id: shown?.exception.id as ExceptionId,
        by: aResolver('ann'),
        origin,
      };
      const resolve = resolveException(desk.ports);
      const link = { kind: 'link', paymentId: paid.paymentId, transactionId: paid.id } as const;
      expect(
        (await resolve({ ...target, action: link, reason: 'r' }, unclaimed))._unsafeUnwrapErr(),
      ).toMatchObject({
        kind: 'ActionNotPossible',
      });
      const accepted = { ...target, action: { kind: 'accept_difference' }, reason: 'a bank fee' } as const;
      expect((await resolve(accepted, unclaimed))._unsafeUnwrap()).toMatchObject({ status: 'resolved' });
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({ bank: -2_490n, differences: -10n, processor: 0n });
      expect(await book.all()).toEqual([settlement]);
      expect(await book.verified()).toEqual([]);
    });

    it('differ by more than an entry holds where rows add up to that, which is accepted by nothing and stays open', async () => {
      const most = `${10n ** 18n - 1n}`;
      const rows = Array.from({ length: 10 }, (_, n) =>
        rowOfType('adjustment', { amount: most, reference: `a-${n}`, payout_id: 'po_1' }),
      );
      await desk.reconcile(
        nativeFile([...rows, rowOfType('payout', { amount: '0', payout_id: 'po_1', reference: '' })]),
      );
      const [exception, ...others] = (
        await storage.aggregates.newest(aMerchantId(), 'exception', { limit: 9, isOpen: true })
      )._unsafeUnwrap();
      expect(others).toEqual([]);
      if (exception === undefined) throw new Error('it opens one');
      const { id, merchantId, difference } = exception;
      expect(difference).toBe(-10n * BigInt(most));
      const by = aResolver('okta|ann');
      const deciding = (kind: 'accept_difference' | 'ignore') =>
        resolveException(desk.ports)(
          { merchantId, id, by, origin, action: { kind }, reason: 'seen' },
          unclaimed,
        );
      expect((await deciding('accept_difference'))._unsafeUnwrapErr()).toMatchObject({
        kind: 'ActionNotPossible',
      });
      expect((await deciding('ignore'))._unsafeUnwrap().status).toBe('ignored');
      expect(await book.verified()).toEqual([]);
    });
  });
}
