import { beforeEach, describe, expect, it } from 'vitest';
import {
  entriesOfSettlement,
  settlementsChange,
} from '../../src/application/payments/settle-transactions.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import {
  type SucceededTransaction,
  settle,
  type Transaction,
} from '../../src/domain/payments/transaction.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, origin, plain, ports } from '../fixtures/changes.ts';
import { aBeginning, anExport } from '../fixtures/exports.ts';
import { sortedTallies, tallied } from '../support/ledger-tallies.ts';

/** Few enough for one change of any storage, and enough that it takes the way of the large ones. */
const SETTLED = 31;
const LATER = NOON + 60_000;
const merchantId = aMerchantId();

/** What every `Commits` adapter promises of a change of as many transactions as one file settles at once. */
export function settlingCommitsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Commits contract, many settled transactions: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const paid = async (count: number): Promise<readonly SucceededTransaction[]> => {
      const openings = Array.from({ length: count }, () => anOpening());
      const commit = (change: Change) => storage.commits.commit(change);
      for (const each of await Promise.all(openings.map(({ change }) => commit(change))))
        expect(each).toEqual(ok);
      const successes = openings.map((opening) => aSuccess(opening));
      for (const each of await Promise.all(successes.map(commit))) expect(each).toEqual(ok);
      return successes.flatMap(({ transactions }) =>
        transactions.flatMap(({ next }) => (next.status === 'succeeded' ? [next] : [])),
      );
    };

    const stateOf = async (transactions: readonly Transaction[]) => {
      const ids = transactions.map(({ paymentId }) => paymentId);
      const found = (await storage.payments.transactionsOfEach(merchantId, ids))._unsafeUnwrap();
      const links = await Promise.all(ids.map((id) => linksOf(id)));
      const entries = (await storage.ledger.list(merchantId, {}, { limit: 500 }))._unsafeUnwrap();
      return {
        transactions: ids.flatMap((id) => found.get(id) ?? []),
        links: links.flat(),
        entries: entries.filter(({ type }) => type === 'fee').toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        balances: (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap(),
      };
    };
    const linksOf = async (id: PaymentId) =>
      (await storage.auditTrail.ofPayment(merchantId, id))
        ._unsafeUnwrap()
        .filter(({ sequence, entityType }) => entityType === 'transaction' && sequence > 1);

    it.each([
      ['as it comes', false],
      ['once it was prepared', true],
    ])(
      'writes every transaction, link and entry as it says %s, and once however often it comes',
      async (_, isPrepared) => {
        const before = await paid(SETTLED);
        const [sums] = (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap();
        const change = settling(before);
        if (isPrepared) await storage.commits.prepare?.(change);
        for (let tries = 0; tries < 2; tries += 1) {
          expect(await storage.commits.commit(change)).toEqual(ok);
          const { balances, ...written } = await stateOf(before);
          expect(plain(written)).toEqual(
            plain({
              transactions: change.transactions.map(({ next }) => next),
              links: change.audit.slice(1),
              entries: change.entries,
            }),
          );
          const fees = change.entries.reduce((sum, { amount }) => sum + amount.minorUnits, 0n);
          expect(balances).toEqual([
            { ...sums, fees: (sums?.fees ?? 0n) + fees, available: (sums?.available ?? 0n) - fees },
          ]);
        }
        const tallies = (await storage.ledgerTallies.of(merchantId, {}))._unsafeUnwrap();
        expect(sortedTallies(tallies)).toEqual(tallied(change.entries));
        expect(change.entries).toHaveLength(SETTLED - 1);
        expect(await exportOf(change)).toMatchObject({ version: 1 });
      },
    );

    it('writes nothing of it where one transaction has moved on, or is not there', async () => {
      const before = await paid(SETTLED);
      const change = settling(before);
      const [first, ...others] = before as [SucceededTransaction, ...SucceededTransaction[]];
      const moved = settlementsChange(ports, { at: LATER, origin }, [
        { before: first, next: settle(first, 9n, LATER) },
      ]);
      const alone = beginning();
      const other = { ...alone, transactions: moved.transactions, audit: [...alone.audit, ...moved.audit] };
      expect(await storage.commits.commit(other)).toEqual(ok);
      const state = await stateOf(others);
      expect(await storage.commits.commit(change)).toEqual(refused({ kind: 'StaleVersion', id: first.id }));
      const unknown = { ...others[0], id: ports.ids.transaction(NOON) } as SucceededTransaction;
      const absent = settling([unknown, ...others.slice(1)]);
      expect(await storage.commits.commit(absent)).toEqual(refused({ kind: 'StaleVersion', id: unknown.id }));
      expect(plain(await stateOf(others))).toEqual(plain(state));
      expect(await exportOf(change)).toBeUndefined();
    });

    it('writes nothing of it where an aggregate beside them has moved on, or its key is taken', async () => {
      const before = await paid(SETTLED);
      const state = await stateOf(before);
      const change = settling(before);
      const [aggregate] = change.aggregates;
      if (aggregate === undefined) throw new Error('no aggregate');
      const stale = { ...change, aggregates: [{ ...aggregate, expected: 3 }] };
      expect(await storage.commits.commit(stale)).toEqual(
        refused({ kind: 'StaleVersion', id: aggregate.next.id }),
      );
      expect(await storage.commits.commit(beginning(['key-1']))).toEqual(ok);
      const taking = { ...change, aggregates: [{ ...aggregate, takes: ['key-1'] }] };
      expect(await storage.commits.commit(taking)).toEqual(refused({ kind: 'KeyTaken', key: 'key-1' }));
      expect(plain(await stateOf(before))).toEqual(plain(state));
      expect(await storage.commits.commit(change)).toEqual(ok);
    });

    const exportOf = async ({ aggregates: [aggregate] }: Change) =>
      (await storage.aggregates.find(merchantId, 'export', aggregate?.next.id ?? ''))._unsafeUnwrap();
  });
}

const ok = expect.objectContaining({ value: undefined });
const refused = (error: object) => expect.objectContaining({ error });

const beginning = (takes: readonly string[] = []): Change =>
  aBeginning(anExport(merchantId), { takes }).change;

/** An aggregate's change that settles the transactions beside it; one of them for nothing. */
function settling(before: readonly SucceededTransaction[]): Change {
  const settlements = before.map((each, n) => ({
    before: each,
    next: settle(each, n === 0 ? 0n : 9n, LATER),
  }));
  const settled = settlementsChange(ports, { at: LATER, origin }, settlements);
  const begun = beginning();
  return {
    ...begun,
    transactions: settled.transactions,
    audit: [...begun.audit, ...settled.audit],
    entries: settlements.flatMap((each) => entriesOfSettlement(ports, each, LATER)),
  };
}
