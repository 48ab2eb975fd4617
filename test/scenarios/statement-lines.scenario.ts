import { ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import type { StatementLine } from '../../src/domain/files/statement-line.ts';
import { ledgerEntryRecord } from '../../src/domain/ledger/ledger-record.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { countsOf, type FileDesk, fileDesk, nativeFile, rowAbout, rowOfType } from '../fixtures/files.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What rows that are no transaction of ours promise, on every storage. */
export function statementLinesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Statement lines: ${adapter}`, () => {
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

    const linesOf = async (): Promise<readonly StatementLine[]> =>
      (await storage.aggregates.list(desk.merchantId, 'statement_line', { limit: 100 }))._unsafeUnwrap();

    /** The entries of lines, oldest first. */
    const postedBy = async (lines: readonly StatementLine[]) => {
      const entries = (await storage.ledger.list(desk.merchantId, {}, { limit: 100 }))._unsafeUnwrap();
      const references = new Map(lines.map(({ id, reference }) => [id as string, reference]));
      return entries
        .toReversed()
        .map(ledgerEntryRecord)
        .filter((entry) => entry.statement_line_id !== undefined)
        .map(
          ({ statement_line_id: id = '', type, debit, credit, amount }) =>
            `${references.get(id)} ${type} ${debit} ${credit} ${amount}`,
        )
        .toSorted();
    };

    const chargedBack = (reference: string, cells: Readonly<Record<string, string>> = {}) => ({
      type: 'chargeback',
      reference,
      ...cells,
    });

    it('each type of row posts to the ledger what it moved, either way, once for its reference', async () => {
      const [first, second] = [await desk.paid(), await desk.paid()];
      const rows = [
        rowAbout(first),
        rowAbout(first, chargedBack('d-1', { fee: '1500' })),
        rowAbout(second, chargedBack('d-2', { amount: '700' })),
        rowAbout(first, { type: 'chargeback_reversal', reference: 'd-1' }),
        rowOfType('fee', { amount: '40', reference: 'f-1' }),
        rowOfType('fee', { amount: '-15', reference: 'f-2' }),
        rowOfType('adjustment', { amount: '300', reference: 'a-1' }),
        rowOfType('adjustment', { amount: '-120', reference: 'a-2' }),
        rowOfType('adjustment', { amount: '0', reference: 'a-3' }),
        rowOfType('payout', { amount: '2000', payout_id: 'p-1', bank_reference: 'B 1' }),
        rowOfType('payout', { amount: '-90', payout_id: 'p-1' }),
      ];
      const reconciliation = await desk.reconcile(nativeFile(rows));
      expect(countsOf(reconciliation)).toEqual({ matched: 11 });
      expect(reconciliation).toMatchObject({
        totals: { sums: { USD: { rows: 11, amount: 2500n + 2500n + 700n + 2500n + 25n + 180n + 1910n } } },
      });
      const lines = await linesOf();
      expect(lines).toHaveLength(10);
      expect(await postedBy(lines)).toEqual(
        [
          'd-1 chargeback available processor 2500',
          'd-1 fee available fees 1500',
          'd-2 chargeback available processor 700',
          'd-1 chargeback_reversal processor available 2500',
          'f-1 fee available fees 40',
          'f-2 fee_refund fees available 15',
          'a-1 adjustment_credit processor available 300',
          'a-2 adjustment_debit available processor 120',
          'p-1 payout bank processor 2000',
          'p-1 payout_reversal processor bank 90',
        ].toSorted(),
      );
      expect(lines.find(({ reference }) => reference === 'd-2')).toMatchObject({
        type: 'chargeback',
        transaction: { paymentId: second.paymentId, id: second.id },
        settledOn: '2026-03-02',
        reconciliationId: reconciliation.id,
        line: 4,
      });
      expect(lines.find(({ bankReference }) => bankReference === 'B 1')).toMatchObject({
        payoutId: 'p-1',
        bankReference: 'B 1',
        amount: { minorUnits: 2000n, currency: 'USD' },
      });
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({
        available: 5_000n - 700n - 1_500n - 25n + 180n,
        fees: 1_525n,
        processor: -5_000n + 700n - 180n + 1_910n,
        bank: -1_910n,
        differences: 0n,
      });
      // Who charged back what is on record apart: the transaction itself stays as it was.
      expect(await desk.transaction(second)).toEqual(second);
      expect(await verified()).toEqual([]);
    });

    it('the same line again is a duplicate, in this file or a later one, also where it says another amount', async () => {
      const paid = await desk.paid();
      const rows = [
        rowAbout(paid, chargedBack('d-1')),
        rowAbout(paid, chargedBack('d-1', { amount: '1' })),
        rowOfType('fee', { amount: '40', reference: 'f-1' }),
        rowOfType('adjustment', { amount: '40', reference: 'f-1' }),
        rowOfType('payout', { amount: '7', payout_id: 'p-1' }),
        rowOfType('payout', { amount: '7', payout_id: 'p-1', reference: 'other' }),
      ];
      expect(countsOf(await desk.reconcile(nativeFile(rows)))).toEqual({ matched: 4, duplicate: 2 });
      expect(countsOf(await desk.reconcile(nativeFile(rows.toReversed())))).toEqual({ duplicate: 6 });
      expect(await linesOf()).toHaveLength(4);
      expect(await verified()).toEqual([]);
    });

    it('a chargeback of what was never captured, or of more, is mismatched, as is a reversal of what is not on record', async () => {
      const [paid, other, yen] = [await desk.paid(), await desk.paid(), await desk.paid({ currency: 'JPY' })];
      const stranger = fileDesk(storage, desk.ports, aMerchantId('merchant-b'));
      await stranger.open();
      const theirs = await stranger.paid();
      const held = await desk.paid({ captureMethod: 'manual' });
      const reversal = { type: 'chargeback_reversal', reference: 'd-1' };
      const reconciliation = await desk.reconcile(
        nativeFile([
          rowAbout(held, chargedBack('d-0')),
          rowAbout(paid, chargedBack('d-1', { amount: '2501' })),
          rowAbout(paid, reversal),
          rowAbout(yen, chargedBack('d-2', { currency: 'USD' })),
          rowAbout(theirs, chargedBack('d-3')),
          rowAbout(paid, chargedBack('d-1', { amount: '2400' })),
          rowAbout(paid, { ...reversal, amount: '2401' }),
          rowAbout(other, { ...reversal, amount: '2400' }),
          rowAbout(paid, { ...reversal, amount: '2400' }),
        ]),
      );
      expect(countsOf(reconciliation)).toEqual({ matched: 2, mismatched: 6, missing_here: 1 });
      const rows = await desk.rowsOf(reconciliation);
      expect(rows.map(({ outcome, differences }) => [outcome, differences])).toEqual([
        ['mismatched', [{ field: 'type', ours: 'authorization', theirs: 'chargeback' }]],
        ['mismatched', [{ field: 'amount', ours: 2500, theirs: 2501 }]],
        ['mismatched', [{ field: 'reference', ours: null, theirs: 'd-1' }]],
        ['mismatched', [{ field: 'currency', ours: 'JPY', theirs: 'USD' }]],
        ['missing_here', undefined],
        ['matched', undefined],
        ['mismatched', [{ field: 'amount', ours: 2400, theirs: 2401 }]],
        ['mismatched', [{ field: 'transaction_id', ours: paid.id, theirs: other.id }]],
        ['matched', undefined],
      ]);
      expect(
        (await storage.aggregates.list(stranger.merchantId, 'statement_line', { limit: 9 }))._unsafeUnwrap(),
      ).toEqual([]);
      expect(await verified()).toEqual([]);
    });

    it('chargebacks of one capture add up, less what was reversed, over files, and never come to more than was captured', async () => {
      const [paid, other] = [await desk.paid(), await desk.paid()];
      const partial = (reference: string, amount: string) =>
        rowAbout(paid, chargedBack(reference, { amount }));
      const reversal = (reference: string, amount: string) => ({
        ...partial(reference, amount),
        type: 'chargeback_reversal',
      });
      const outcomesOf = async (rows: Parameters<typeof nativeFile>[0]) =>
        (await desk.rowsOf(await desk.reconcile(nativeFile(rows)))).map(({ outcome, differences }) =>
          differences === undefined ? outcome : differences,
        );
      const over = (ours: number, theirs: number) => [{ field: 'amount', ours, theirs }];
      expect(
        await outcomesOf([partial('d-1', '1000'), partial('d-2', '1501'), partial('d-3', '1400')]),
      ).toEqual(['matched', over(1_500, 1_501), 'matched']);
      desk.clock.move(1_000);
      expect(
        await outcomesOf([
          partial('d-4', '101'),
          reversal('d-1', '900'),
          partial('d-5', '1001'),
          partial('d-6', '1000'),
          partial('d-7', '1'),
          rowAbout(other, chargedBack('d-8')),
        ]),
      ).toEqual([over(100, 101), 'matched', over(1_000, 1_001), 'matched', over(0, 1), 'matched']);
      expect((await linesOf()).map(({ chargebacks }) => chargebacks).filter(Boolean)).toEqual([
        { sequence: 1, amount: 1_000n },
        { sequence: 2, amount: 2_400n },
        { sequence: 3, amount: 1_500n },
        { sequence: 4, amount: 2_500n },
        { sequence: 1, amount: 2_500n },
      ]);
      // A capture that is settled says nothing of what was charged back of it beyond that.
      await desk.reconcile(nativeFile([rowAbout(paid)]));
      const open = await storage.aggregates.newest(desk.merchantId, 'exception', { limit: 9, isOpen: true });
      expect(open._unsafeUnwrap().map(({ difference }) => difference)).toEqual([
        -1n,
        -1_001n,
        -101n,
        -1_501n,
      ]);
      expect(await verified()).toEqual([]);
    });

    it('of two files that charge back of one capture at once, the later one is held against what the other left', async () => {
      const paid = await desk.paid();
      const part = (reference: string) =>
        nativeFile([rowAbout(paid, chargedBack(reference, { amount: '2000' }))]);
      const { reconciliation: slower } = (await desk.send(part('d-1')))._unsafeUnwrap();
      let faster: Promise<Reconciliation> | undefined;
      const { aggregates } = desk.ports;
      const late = desk.worker({
        aggregates: {
          ...aggregates,
          findByKey: (merchantId, kind, key) =>
            aggregates.findByKey(merchantId, kind, key).andThen((found) =>
              ResultAsync.fromSafePromise(
                (async () => {
                  if (!key.startsWith('chargebacks')) return found;
                  faster ??= desk.reconcile(part('d-2'));
                  await faster;
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
      expect(countsOf(await desk.find(slower.id))).toEqual({ mismatched: 1 });
      expect(await linesOf()).toMatchObject([{ chargebacks: { sequence: 1, amount: 2_000n } }]);
      expect(await verified()).toEqual([]);
    });

    it('of two files that have one line at once, one posts it, and the other says that it is a duplicate', async () => {
      const row = rowOfType('payout', { amount: '7', payout_id: 'p-1' });
      const { reconciliation: slower } = (await desk.send(nativeFile([row])))._unsafeUnwrap();
      let faster: Reconciliation | undefined;
      const { aggregates } = desk.ports;
      const late = desk.worker({
        aggregates: {
          ...aggregates,
          findByKey: (merchantId, kind, key) =>
            aggregates.findByKey(merchantId, kind, key).andThen((found) =>
              ResultAsync.fromSafePromise(
                (async () => {
                  // Between its read and its commit another worker does all of the other file.
                  faster ??= await desk.reconcile(nativeFile([row], ''));
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
      expect(await linesOf()).toHaveLength(1);
      expect(await verified()).toEqual([]);
    });

    it('more lines than one commit holds are posted batch by batch', async () => {
      const rows = Array.from({ length: 60 }, (_, n) =>
        rowOfType('adjustment', { amount: `${n + 1}`, fee: '1', reference: `a-${n}` }),
      );
      const reconciliation = await desk.reconcile(nativeFile(rows));
      expect(countsOf(reconciliation)).toEqual({ matched: 60 });
      expect(reconciliation.batches).toBeGreaterThan(storage.mostChangeRows > 1_000 ? 0 : 2);
      const [balance] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      expect(balance).toMatchObject({ available: 1_830n - 60n, processor: -1_830n, fees: 60n });
      expect(await verified()).toEqual([]);
    });
  });
}
