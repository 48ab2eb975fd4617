import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNTS,
  balancesOf,
  type LedgerEntry,
  type LedgerEntryType,
} from '../../../src/domain/ledger/ledger.ts';
import { changeOf, statementOf } from '../../../src/domain/ledger/statement.ts';
import { NOON } from '../../fixtures/changes.ts';
import { aLedgerEntry } from '../../fixtures/ledger-entries.ts';

const TYPES = ['capture', 'fee', 'refund_hold', 'refund', 'refund_release', 'chargeback', 'payout'] as const;
const currency = 'EUR';
const SPAN = 50;

const anEntry = fc
  .record({
    type: fc.constantFrom<LedgerEntryType>(...TYPES),
    units: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
    at: fc.integer({ min: NOON, max: NOON + SPAN }),
  })
  .map((posted) => aLedgerEntry({ ...posted, currency }));

const newestFirst = (entries: readonly LedgerEntry[]) => entries.toSorted((a, b) => (a.id < b.id ? 1 : -1));
const aTime = fc.integer({ min: NOON - 1, max: NOON + SPAN + 1 });

describe('a statement of an account', () => {
  it('has at both ends what the entries until then add up to, and after each line what those until it do', () => {
    fc.assert(
      fc.property(fc.array(anEntry), fc.constantFrom(...ACCOUNTS), aTime, aTime, (entries, account, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const ordered = newestFirst(entries);
        const had = (isIn: (entry: LedgerEntry) => boolean) =>
          balancesOf(ordered.filter(isIn))[0]?.[account] ?? 0n;
        const since = ordered.filter(({ createdAt }) => createdAt >= from);
        const statement = statementOf(
          had(() => true),
          since,
          { currency, account, from, to },
        );
        expect(statement.opening).toBe(had(({ createdAt }) => createdAt < from));
        expect(statement.closing).toBe(had(({ createdAt }) => createdAt <= to));
        expect(statement.opening + statement.credits - statement.debits).toBe(statement.closing);
        expect(statement.lines.map(({ entry }) => entry)).toEqual(
          since.filter((entry) => entry.createdAt <= to && changeOf(entry, account) !== 0n),
        );
        for (const { entry, balanceAfter } of statement.lines)
          expect(balanceAfter).toBe(had(({ id }) => id <= entry.id));
      }),
    );
  });
});
