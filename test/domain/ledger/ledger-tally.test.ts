import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntryType } from '../../../src/domain/ledger/ledger.ts';
import {
  addLedgerTallies,
  type LedgerTally,
  ledgerTalliesOf,
} from '../../../src/domain/ledger/ledger-tally.ts';
import { NOON } from '../../fixtures/changes.ts';
import { aLedgerEntry } from '../../fixtures/ledger-entries.ts';
import { sortedTallies, tallied } from '../../support/ledger-tallies.ts';

const DAY = 86_400_000;
const TYPES = [
  'capture',
  'fee',
  'fee_refund',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'payout',
] as const;

const anEntry = fc
  .record({
    type: fc.constantFrom<LedgerEntryType>(...TYPES),
    units: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
    currency: fc.constantFrom('USD' as const, 'JPY' as const),
    at: fc.integer({ min: NOON, max: NOON + 3 * DAY }),
  })
  .map(aLedgerEntry);

describe('ledger tallies', () => {
  it('are the fold of the entries, however these are cut into changes', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anEntry, { maxLength: 6 }), { maxLength: 6 }), (changes) => {
        const sums = new Map<string, LedgerTally>();
        for (const entries of changes) addLedgerTallies(sums, ledgerTalliesOf(entries));
        expect(sortedTallies([...sums.values()])).toEqual(tallied(changes.flat()));
      }),
    );
  });
});
