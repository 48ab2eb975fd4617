import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money } from '../../../src/domain/kernel/money.ts';
import { type LedgerEntryType, ledgerEntry } from '../../../src/domain/ledger/ledger.ts';
import {
  addLedgerTallies,
  type LedgerTally,
  ledgerTalliesOf,
} from '../../../src/domain/ledger/ledger-tally.ts';
import { aMerchantId, NOON, ports } from '../../fixtures/changes.ts';
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
  .map(({ type, units, currency, at }) =>
    ledgerEntry({
      id: ports.ids.ledgerEntry(at),
      merchantId: aMerchantId(),
      type,
      amount: money(units, currency),
      createdAt: at,
      paymentId: ports.ids.payment(at),
      transactionId: ports.ids.transaction(at),
    }),
  );

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
