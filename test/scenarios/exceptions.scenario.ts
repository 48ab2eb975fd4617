import { okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { assignException } from '../../src/application/files/assign-exception.ts';
import type { ExceptionFilter } from '../../src/application/files/read-exceptions.ts';
import { rejectResolution, resolveException } from '../../src/application/files/resolve-exception.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { countsOf, type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { ann, bob, exceptionDesk } from './exception-desk.ts';

const DAY_MS = 86_400_000;

/** What exceptions promise, from the row that opens one to the second person, on every storage. */
export function exceptionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Exceptions: ${adapter}`, () => {
    const on = exceptionDesk(open);
    const { verified, listed, only, targetOf, resolving, confirming, balance, anyFile } = on;
    let desk: FileDesk;
    let storage: Storage;
    beforeEach(() => {
      desk = on.desk();
      storage = on.storage();
    });

    it('each row that did not match opens one in its batch’s commit, with both values, and a duplicate only where it says something else', async () => {
      await desk.open();
      const [altered, again, foreign] = [await desk.paid(), await desk.paid({ fee: 7n }), await desk.paid()];
      const elsewhere = { ...rowAbout(foreign), transaction_id: altered.id };
      const { id } = await desk.reconcile(
        nativeFile([
          rowAbout(altered, { amount: '2400' }),
          rowAbout(again, { fee: '7' }),
          rowAbout(again, { fee: '7' }),
          rowAbout(again, { fee: '7', amount: '2600' }),
          elsewhere,
          rowAbout(altered, { amount: '1e3' }),
        ]),
      );
      const about = { reconciliationId: id, status: 'open', version: 1 };
      expect(await listed()).toMatchObject([
        { ...about, type: 'rejected', line: 7, rejection: { reason: 'not_an_amount', column: 'amount' } },
        { ...about, type: 'missing_here', line: 6, difference: 2_500n, amount: { minorUnits: 2_500n } },
        { ...about, type: 'duplicate', line: 5, difference: 2_593n },
        {
          ...about,
          type: 'mismatched',
          line: 2,
          difference: -100n,
          amount: { minorUnits: 100n, currency: 'USD' },
          fields: [{ field: 'amount', ours: 2_500, theirs: 2_400 }],
          paymentId: altered.paymentId,
          transactionId: altered.id,
        },
      ]);
      expect(await verified()).toEqual([]);
    });

    it('are found by kind, currency, person, state and age, page after page, and never by another merchant', async () => {
      await desk.open();
      const [dollars, yen] = [await desk.paid(), await desk.paid({ currency: 'JPY' })];
      const rows = [
        rowAbout(dollars, { amount: '1' }),
        rowAbout(yen, { amount: '1' }),
        rowAbout(yen, { fee: 'x' }),
      ];
      await desk.reconcile(nativeFile(rows));
      desk.clock.move(2 * DAY_MS);
      await desk.reconcile(nativeFile([rowAbout(dollars, { amount: '2' })]));
      const [newest, , ofYen] = await listed({ type: 'mismatched' });
      if (newest === undefined || ofYen === undefined) throw new Error('they did not open');
      const assign = assignException(desk.ports);
      (await assign({ ...targetOf(newest), assignedTo: 'bob' }))._unsafeUnwrap();
      (await resolving(ofYen, { kind: 'ignore' }))._unsafeUnwrap();
      const count = async (filter: ExceptionFilter) => (await listed(filter, 1)).length;
      expect(await count({})).toBe(4);
      expect(await count({ type: 'rejected' })).toBe(1);
      expect(await count({ currency: 'USD' })).toBe(2);
      expect(await count({ assignedTo: 'bob' })).toBe(1);
      expect(await count({ status: 'open' })).toBe(3);
      expect(await count({ status: 'ignored' })).toBe(1);
      expect(await count({ status: 'proposed' })).toBe(0);
      expect(await count({ age: '<1d' })).toBe(1);
      expect(await count({ age: '1-3d', status: 'open' })).toBe(2);
      expect(await count({ age: '>7d' })).toBe(0);
      expect(await listed({}, 100, aMerchantId('merchant-b'))).toEqual([]);
    });

    it('an accepted difference is posted once and settles the transaction, and the books say so to verify', async () => {
      await desk.open();
      const [less, more] = [await desk.paid({ fee: 30n }), await desk.paid({ fee: 30n })];
      await desk.reconcile(
        nativeFile([
          rowAbout(less, { amount: '2400', fee: '35' }),
          rowAbout(more, { amount: '2501', fee: '30' }),
        ]),
      );
      const [over, short] = await listed();
      if (over === undefined || short === undefined) throw new Error('they did not open');
      for (const each of [over, short]) {
        const resolved = (await resolving(each, { kind: 'accept_difference' }))._unsafeUnwrap();
        expect(resolved).toMatchObject({ status: 'resolved', version: 2 });
        expect((await resolving(each, { kind: 'accept_difference' }))._unsafeUnwrapErr()).toEqual({
          kind: 'ExceptionClosed',
          status: 'resolved',
        });
      }
      expect(await desk.transaction(less)).toMatchObject({ status: 'settled', fee: 30n, version: 2 });
      // 105 less for the one, 1 more for the other.
      expect(await balance()).toMatchObject({ differences: -104n, processor: -4_896n, available: 4_940n });
      expect(await verified()).toEqual([]);
    });

    it('a link settles the transaction that the row was meant for by what the row says, once, and no other', async () => {
      await desk.open();
      const other = fileDesk(storage, desk.ports, aMerchantId('merchant-b'));
      await other.open();
      const theirs = await other.paid();
      const [meant, wrong, spent] = [await desk.paid(), await desk.paid({ amount: 1n }), await desk.paid()];
      const misnamed = { ...rowAbout(meant, { fee: '9' }), payment_id: theirs.paymentId };
      await desk.reconcile(nativeFile([misnamed, rowAbout(spent)]));
      const exception = await only({ type: 'missing_here' });
      const link = ({ paymentId, id: transactionId }: Transaction) =>
        resolving(exception, { kind: 'link', paymentId, transactionId });
      expect((await link(theirs))._unsafeUnwrapErr()).toEqual({ kind: 'LinkTargetNotFound' });
      expect((await link(wrong))._unsafeUnwrapErr()).toEqual({ kind: 'LinkTargetDiffers', field: 'amount' });
      expect((await link(spent))._unsafeUnwrapErr()).toEqual({ kind: 'LinkTargetClosed', status: 'settled' });
      const [foreign, charged] = [await desk.paid({ currency: 'EUR' }), await desk.paid({ fee: 8n })];
      expect((await link(foreign))._unsafeUnwrapErr()).toMatchObject({ field: 'currency' });
      expect((await link(charged))._unsafeUnwrapErr()).toMatchObject({ field: 'fee' });
      expect((await link(meant))._unsafeUnwrap().status).toBe('resolved');
      expect(await desk.transaction(meant)).toMatchObject({ status: 'settled', fee: 9n, version: 2 });
      expect(await other.transaction(theirs)).toEqual(theirs);
      const again = await desk.reconcile(nativeFile([rowAbout(meant, { fee: '9' })]));
      expect(countsOf(again)).toEqual({ duplicate: 1 });
      const taken = await desk.paid();
      await desk.reconcile(
        nativeFile([{ ...rowAbout(taken, { type: 'refund' }), payment_id: theirs.paymentId }]),
      );
      const refund = await only({ type: 'missing_here', status: 'open' });
      const { paymentId, id: transactionId } = taken;
      const wrongly = await resolving(refund, { kind: 'link', paymentId, transactionId });
      expect(wrongly._unsafeUnwrapErr()).toEqual({ kind: 'LinkTargetDiffers', field: 'type' });
      expect(await verified()).toEqual([]);
    });

    it('above the merchant’s limit nothing happens before another person confirms, and who proposed never does', async () => {
      await desk.open({ resolutionLimits: { USD: 50n } });
      const [big, small] = [await desk.paid(), await desk.paid()];
      await desk.reconcile(
        nativeFile([rowAbout(big, { amount: '2400' }), rowAbout(small, { amount: '2450' })]),
      );
      const [within, above] = await listed();
      if (within === undefined || above === undefined) throw new Error('they did not open');
      expect((await resolving(within, { kind: 'accept_difference' }))._unsafeUnwrap().status).toBe(
        'resolved',
      );
      const before = await balance();
      const proposed = (await resolving(above, { kind: 'accept_difference' }))._unsafeUnwrap();
      expect(proposed).toMatchObject({ status: 'proposed', proposal: { by: ann } });
      expect(await balance()).toEqual(before);
      expect(await desk.transaction(big)).toEqual(big);
      const spelt = aResolver('Okta|ANN', 'someone@else.com');
      const mailed = aResolver('another', 'Ann+x@X.com');
      for (const person of [ann, spelt, mailed])
        expect((await confirming(proposed, person))._unsafeUnwrapErr()).toEqual({ kind: 'SelfConfirmation' });
      expect(await only({ status: 'proposed' })).toMatchObject({ version: proposed.version });
      expect((await confirming(proposed))._unsafeUnwrap()).toMatchObject({
        status: 'resolved',
        resolution: { by: ann.id, confirmedBy: bob.id },
      });
      expect(await balance()).toMatchObject({ differences: -150n });
      expect(await desk.transaction(big)).toMatchObject({ status: 'settled' });
      expect(await verified()).toEqual([]);
    });

    it('a link is held against the limit by the transaction that it settles, however little is in question', async () => {
      await desk.open({ resolutionLimits: { USD: 50n } });
      const [charged, meant] = [await desk.paid({ fee: 7n }), await desk.paid()];
      await desk.reconcile(nativeFile([rowAbout(charged, { fee: '9', amount: '' })]));
      const exception = await only();
      expect(exception.amount?.minorUnits).toBe(2n);
      const { paymentId, id: transactionId } = meant;
      const linked = await resolving(exception, { kind: 'link', paymentId, transactionId });
      expect(linked._unsafeUnwrap().status).toBe('proposed');
    });

    it('a rejected proposal leaves the exception open, and the next one is confirmed by who says that it was seen', async () => {
      await desk.open({ resolutionLimits: { USD: 1n } });
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      const proposed = (await resolving(await only(), { kind: 'ignore' }))._unsafeUnwrap();
      const reject = rejectResolution(desk.ports);
      const opened = (await reject({ ...targetOf(proposed, bob), reason: 'no' }, unclaimed))._unsafeUnwrap();
      expect(opened).toMatchObject({ status: 'open', refusal: { by: bob.id, reason: 'no' } });
      const second = (await resolving(opened, { kind: 'accept_difference' }))._unsafeUnwrap();
      expect((await confirming(second))._unsafeUnwrapErr()).toEqual({
        kind: 'ProposalUnseen',
        version: second.version,
      });
      expect((await confirming(second, bob, [proposed.version]))._unsafeUnwrapErr()).toMatchObject({
        kind: 'VersionMismatch',
      });
      expect(
        (await confirming(second, bob, [proposed.version, second.version]))._unsafeUnwrapErr(),
      ).toMatchObject({ kind: 'ProposalUnseen' });
      expect((await confirming(second, bob, [second.version]))._unsafeUnwrap().status).toBe('resolved');
    });

    it('what was proposed is confirmed only while it can be done', async () => {
      await desk.open({ resolutionLimits: { USD: 1n } });
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      const until = desk.clock.now() + DAY_MS;
      const proposed = (await resolving(await only(), { kind: 'expect_later', until }))._unsafeUnwrap();
      desk.clock.move(2 * DAY_MS);
      expect((await confirming(proposed))._unsafeUnwrapErr()).toMatchObject({ kind: 'UntilOutOfRange' });
      expect(await only({ status: 'proposed' })).toMatchObject({ version: proposed.version });
    });

    it('of two people who resolve one at once, one does, and the difference is posted once', async () => {
      await desk.open();
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      const exception = await only();
      const rivals = [ann, bob, ann, bob].map((by) =>
        resolving(exception, { kind: 'accept_difference' }, by),
      );
      const outcomes = await Promise.all(rivals);
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      expect(await balance()).toMatchObject({ differences: -100n });
      expect(await verified()).toEqual([]);
    });

    it('of three exceptions about one transaction one difference is posted, and none of the others once it is settled', async () => {
      await desk.open({ settlementDelayDays: 0 });
      const paid = await desk.paid();
      const rows = ['2400', '2300'].map((amount) => rowAbout(paid, { amount }));
      await desk.reconcile(nativeFile(rows));
      const [second, first] = await listed({ type: 'mismatched' });
      if (first === undefined || second === undefined) throw new Error('they did not open');
      (await resolving(first, { kind: 'accept_difference' }))._unsafeUnwrap();
      // It settled the transaction, so that nothing is missing any more.
      expect(await only({ type: 'missing_there' })).toMatchObject({
        status: 'resolved',
        resolution: { settledBy: first.id },
      });
      expect((await resolving(second, { kind: 'accept_difference' }))._unsafeUnwrapErr()).toEqual({
        kind: 'TransactionMoved',
        status: 'settled',
      });
      expect(await balance()).toMatchObject({ differences: -100n });
      // The next file finds that there is nothing left to decide.
      await desk.reconcile(anyFile('second'));
      expect(await listed({ type: 'mismatched', status: 'open' })).toEqual([]);
      expect(await verified()).toEqual([]);
    });

    it('gives the claim of the request to the commit that does it', async () => {
      await desk.open();
      const paid = await desk.paid();
      await desk.reconcile(nativeFile([rowAbout(paid, { amount: '2400' })]));
      const seen: number[] = [];
      const resolve = resolveException(desk.ports);
      const request = {
        ...targetOf(await only()),
        action: { kind: 'accept_difference' },
        reason: 'r',
      } as const;
      await resolve(request, (change) => {
        seen.push(change.aggregates.length, change.transactions.length, change.entries.length);
        return okAsync(change);
      });
      expect(seen).toEqual([1, 1, 1]);
    });
  });
}
