import { beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { countsOf, type FileDesk, fileDesk } from '../fixtures/files.ts';
import { adyenFile, type BookRow, MAPPING, mappedFile, stripeFile } from '../fixtures/rendered-files.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What reconciling files in others' words promises, on every storage. */
export function settlementSourcesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Settlement files in others’ words: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    beforeEach(async () => {
      storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      await desk.open({ settlementMappings: { acquirer: MAPPING } });
      return () => storage.close();
    });

    const verified = async () => {
      const clock = { now: () => desk.clock.now() + 3_600_000 };
      const seen = await verify({ ...storage, ...desk.ports, clock })(() => {});
      return seen.isOk() ? seen.value.unsettled : seen.error;
    };

    const rowOf = ({ paymentId, amount }: Transaction, said: Partial<BookRow> = {}): BookRow => ({
      type: 'payment',
      paymentId,
      amount: amount.minorUnits,
      fee: 30n,
      currency: amount.currency,
      settledOn: '2026-03-09',
      reference: `entry-${paymentId.slice(-6)}`,
      payoutId: 'batch-4',
      ...said,
    });

    it('files of Stripe, of Adyen and by a mapping settle what they match, with the fee of each row, and again nothing', async () => {
      for (const [source, mapping, written] of [
        ['stripe', undefined, stripeFile],
        ['adyen', undefined, adyenFile],
        ['mapped', 'acquirer', mappedFile],
      ] as const) {
        const reading = { source, ...present({ mapping }) };
        const [dollars, yen, dinars, altered] = [
          await desk.paid(),
          await desk.paid({ currency: 'JPY', amount: 1_250n }),
          await desk.paid({ currency: 'KWD', amount: 12_345n, fee: 30n }),
          await desk.paid(),
        ];
        const rows = [
          rowOf(dollars),
          rowOf(yen),
          rowOf(dinars),
          rowOf(altered, { amount: 1n }),
          rowOf(altered, { paymentId: `pay_${'0'.repeat(32)}` }),
          rowOf(dollars),
        ];
        const read = await desk.reconcile(written(rows), `${source}.csv`, reading);
        expect(countsOf(read)).toEqual({ matched: 3, mismatched: 1, missing_here: 1, duplicate: 1 });
        expect(read).toMatchObject({
          source,
          status: 'completed',
          totals: { rows: 6, sums: { JPY: { amount: 1_250n, fee: 30n }, KWD: { amount: 12_345n } } },
        });
        expect(read.mapping).toEqual(mapping === undefined ? undefined : MAPPING);
        for (const each of [dollars, yen, dinars])
          expect(await desk.transaction(each)).toMatchObject({ status: 'settled', fee: 30n });
        expect(await desk.transaction(altered)).toMatchObject({ status: 'succeeded' });
        const again = await desk.reconcile(written(rows.slice(0, 3)), `${source}-2.csv`, reading);
        expect(countsOf(again)).toEqual({ duplicate: 3 });
      }
      expect(await verified()).toEqual([]);
    });

    it('a payment that a file names is found where the file’s reference is of another kind of object than ours, and its chargeback too', async () => {
      const charged = (text: string) =>
        text.replaceAll(/^(?!$)/gm, (_, at: number) => (at === 0 ? 'charge_id,' : 'ch_3NxCharge,'));
      const referenced = (text: string) =>
        text.replaceAll('TestMerchant,,', 'TestMerchant,NC6HT9CRT65ZGN82,');
      for (const [source, written] of [
        ['stripe', (rows: readonly BookRow[]) => charged(stripeFile(rows))],
        ['adyen', (rows: readonly BookRow[]) => referenced(adyenFile(rows))],
      ] as const) {
        const paid = await desk.paid();
        const rows = [rowOf(paid), rowOf(paid, { type: 'chargeback', reference: `dispute-${source}` })];
        const read = await desk.reconcile(written(rows), `${source}.csv`, { source });
        expect([source, countsOf(read)]).toEqual([source, { matched: 2 }]);
        expect(await desk.rowsOf(read)).toMatchObject([
          { processor_reference: source === 'stripe' ? 'ch_3NxCharge' : 'NC6HT9CRT65ZGN82' },
          {},
        ]);
        expect(await desk.transaction(paid)).toMatchObject({ status: 'settled' });
      }
      expect(await verified()).toEqual([]);
    });

    it('their chargebacks, fees, adjustments and payouts are lines once, and with the payments one settlement that comes to its payout', async () => {
      for (const [source, mapping, written, day] of [
        ['stripe', undefined, stripeFile, '2026-03-12'],
        ['adyen', undefined, adyenFile, '2026-03-06'],
        ['mapped', 'acquirer', mappedFile, '2026-03-12'],
      ] as const) {
        const reading = { source, ...present({ mapping }) };
        const payoutId = `payout-${source}`;
        const [kept, disputed] = [await desk.paid({ currency: 'EUR' }), await desk.paid({ currency: 'EUR' })];
        const said = (reference: string) => ({ reference: `${source}-${reference}`, payoutId });
        const ofAccount = (type: BookRow['type'], amount: bigint, settledOn = day): BookRow => ({
          ...said(type),
          type,
          amount,
          fee: 0n,
          currency: 'EUR',
          settledOn,
        });
        const rows = [
          // At Adyen each row has a day of its own, and the payout's is the last.
          rowOf(kept, { ...said('kept'), settledOn: day }),
          rowOf(disputed, { ...said('disputed'), settledOn: day }),
          rowOf(disputed, { ...said('dispute'), type: 'chargeback', fee: 1_500n, settledOn: day }),
          rowOf(disputed, { ...said('dispute'), type: 'chargeback_reversal', fee: -1_500n, settledOn: day }),
          ofAccount('fee', 100n),
          ofAccount('adjustment', -40n),
          ofAccount('payout', 2n * kept.amount.minorUnits - 200n, '2026-03-12'),
          { ...ofAccount('payout', 7n, '2026-03-12'), currency: 'JPY' as const },
        ];
        const read = await desk.reconcile(written(rows), `${source}-lines.csv`, reading);
        expect([source, countsOf(read)]).toEqual([source, { matched: 8 }]);
        const again = await desk.reconcile(`${written(rows)}\n`, `${source}-again.csv`, reading);
        expect([source, countsOf(again)]).toEqual([source, { duplicate: 8 }]);
        const settlements = (
          await storage.aggregates.newest(desk.merchantId, 'settlement', { limit: 50 })
        )._unsafeUnwrap();
        expect(
          settlements.filter((each) => each.payoutId === payoutId && each.currency === 'EUR'),
        ).toMatchObject([
          {
            date: '2026-03-12',
            currency: 'EUR',
            status: 'completed',
            items: 6,
            sums: { payments: 5_000n, refunds: 0n, fees: 160n, chargebacks: 0n, adjustments: -40n },
            payout: { amount: 4_800n },
          },
        ]);
      }
      expect(await verified()).toEqual([]);
    });
  });
}
