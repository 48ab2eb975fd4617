import { okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { assignException } from '../../src/application/files/assign-exception.ts';
import { listRows } from '../../src/application/files/list-rows.ts';
import { type ExceptionFilter, listExceptions } from '../../src/application/files/read-exceptions.ts';
import { getReconciliation } from '../../src/application/files/read-reconciliations.ts';
import {
  confirmResolution,
  type RequestedAction,
  rejectResolution,
  resolveException,
} from '../../src/application/files/resolve-exception.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import { type Exception, missingKey } from '../../src/domain/files/exception.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin, SECRET } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { countsOf, type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { temporaryFiles } from '../support/objects.ts';

const DAY_MS = 86_400_000;
const ann = aResolver('okta|ann', 'ann@x.com');
const bob = aResolver('okta|bob', 'bob@x.com');

/** What exceptions promise, from the row that opens one to the second person, on every storage. */
export function exceptionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Exceptions: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    beforeEach(async () => {
      storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      return () => storage.close();
    });

    const verified = async () => {
      const clock = { now: () => desk.clock.now() + 3_600_000 };
      const seen = await verify({ ...storage, ...desk.ports, clock })(() => {});
      return seen.isOk() ? seen.value.unsettled : seen.error;
    };

    const signedTokens = systemSignedTokens(SECRET);
    const listed = async (filter: ExceptionFilter = {}, limit = 100, merchantId = desk.merchantId) => {
      const list = listExceptions({ ...desk.ports, signedTokens });
      const found: Exception[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = (await list({ merchantId, filter, limit, ...present({ cursor }) }))._unsafeUnwrap();
        found.push(...page.items.map(({ exception }) => exception));
        cursor = page.nextCursor;
        if (cursor === undefined) return found;
      }
    };
    const only = async (filter: ExceptionFilter = {}): Promise<Exception> => {
      const [first, ...others] = await listed(filter);
      if (first === undefined || others.length > 0) throw new Error('there is not just one exception');
      return first;
    };
    const targetOf = ({ id, merchantId }: Exception, by = ann) => ({ merchantId, id, by, origin });
    const resolving = (exception: Exception, action: RequestedAction, by = ann) =>
      resolveException(desk.ports)({ ...targetOf(exception, by), action, reason: 'looked into' }, unclaimed);
    const confirming = (exception: Exception, by = bob, expectedVersions?: readonly number[]) =>
      confirmResolution(desk.ports)(
        { ...targetOf(exception, by), ...present({ expectedVersions }) },
        unclaimed,
      );
    const balance = async () => {
      const [found] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
      return found;
    };
    const absent = async (
      { id, merchantId }: Reconciliation,
      outcome: 'expected' | 'missing_there',
    ): Promise<readonly unknown[]> => {
      const list = listRows({ ...desk.ports, signedTokens, getReconciliation: getReconciliation(storage) });
      return (await list({ merchantId, id, outcome, limit: 100 }))._unsafeUnwrap().items;
    };
    const absences = ({ status, absences: found }: Reconciliation) => {
      expect(status).toBe('completed');
      return [found?.expected, found?.missingThere];
    };
    /** A file of one row that is rejected: what it looks at is everything else. */
    const anyFile = (name: string) => nativeFile([{ ...rowAbout(lost), fee: 'x', reference: name }]);
    const lost = {
      paymentId: 'pay_1',
      id: 'txn_1',
      type: 'capture',
      amount: { minorUnits: 1n, currency: 'USD' },
    } as unknown as Transaction;

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
