import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  ACCOUNTS,
  addBalances,
  type Balance,
  balancesOf,
  emptyBalance,
  type LedgerEntry,
  type LedgerEntryType,
  ledgerEntry,
} from '../../../src/domain/ledger/ledger.ts';
import { feeOf } from '../../../src/domain/payments/transaction.ts';
import { aMerchantId, aVerdict, NOON } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';

const TYPES = [
  'capture',
  'fee',
  'refund_hold',
  'refund',
  'refund_release',
  'transfer_out',
  'transfer_in',
] as const satisfies readonly LedgerEntryType[];

const anEntry = (type: LedgerEntryType, amount: bigint, merchant = 'a', currency: 'USD' | 'EUR' = 'USD') =>
  ledgerEntry({
    id: idOf('led', '1'.repeat(32)),
    merchantId: aMerchantId(merchant),
    type,
    amount: money(amount, currency),
    createdAt: NOON,
    transferId: idOf('trf', '2'.repeat(32)),
  });

const entries: fc.Arbitrary<readonly LedgerEntry[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom(...TYPES),
      fc.oneof(fc.bigInt({ min: 1n, max: 100n }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n })),
      fc.constantFrom('a', 'b'),
      fc.constantFrom('USD' as const, 'EUR' as const),
    )
    .map(([type, amount, merchant, currency]) => anEntry(type, amount, merchant, currency)),
  { maxLength: 40 },
);

const sumOf = (balance: Balance): bigint => ACCOUNTS.reduce((all, account) => all + balance[account], 0n);

describe('the ledger', () => {
  it('is balanced: the accounts of every merchant and currency add up to 0', () => {
    fc.assert(
      fc.property(entries, (all) => {
        for (const balance of balancesOf(all)) expect(sumOf(balance)).toBe(0n);
        for (const { debit, credit } of all) expect(debit).not.toBe(credit);
      }),
      trying(300),
    );
  });

  it('keeps merchants and currencies apart, each once, in order', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const balances = balancesOf(all);
        const names = balances.map(({ merchantId, currency }) => `${merchantId} ${currency}`);
        expect(names).toEqual(
          [...new Set(all.map(({ merchantId, amount }) => `${merchantId} ${amount.currency}`))].sort(),
        );
        for (const balance of balances)
          expect(
            balancesOf(
              all.filter(
                ({ merchantId, amount }) =>
                  merchantId === balance.merchantId && amount.currency === balance.currency,
              ),
            ),
          ).toEqual([balance]);
      }),
      trying(200),
    );
  });

  it('adds up alike however the entries are split and in whatever order they come', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, cut) => {
        const mine = all.filter(({ merchantId, amount }) => merchantId === 'a' && amount.currency === 'USD');
        const whole = balancesOf(mine)[0] ?? emptyBalance(aMerchantId('a'), 'USD');
        const at = cut % (mine.length + 1);
        const [left, right] = [mine.slice(0, at), mine.slice(at)].map(
          (part) => balancesOf(part)[0] ?? emptyBalance(aMerchantId('a'), 'USD'),
        ) as [Balance, Balance];
        expect(addBalances(left, right)).toEqual(whole);
        expect(balancesOf(mine.toReversed())[0] ?? whole).toEqual(whole);
      }),
      trying(200),
    );
  });

  it('takes a payment in, keeps its fee, holds its refund and gives it back', () => {
    const story = [
      [anEntry('capture', 1_000n), { available: 1_000n, processor: -1_000n }],
      [anEntry('fee', 29n), { available: 971n, fees: 29n }],
      [anEntry('refund_hold', 300n), { available: 671n, pending: 300n }],
      [anEntry('refund_hold', 100n), { available: 571n, pending: 400n }],
      [anEntry('refund', 300n), { available: 571n, pending: 100n, processor: -700n }],
      [anEntry('refund_release', 100n), { available: 671n, pending: 0n, fees: 29n }],
      [anEntry('transfer_out', 71n), { available: 600n, transfers: 71n }],
      [anEntry('transfer_in', 21n), { available: 621n, transfers: 50n, processor: -700n }],
    ] as const;
    const told: LedgerEntry[] = [];
    for (const [entry, balance] of story) {
      told.push(entry);
      expect(balancesOf(told)).toEqual([expect.objectContaining(balance)]);
    }
  });

  it('knows a fee only where the processor kept one', () => {
    expect(feeOf(aVerdict(NOON), 'USD')).toBeUndefined();
    expect(feeOf(aVerdict(NOON, 0n), 'USD')).toBeUndefined();
    expect(feeOf(aVerdict(NOON, 29n), 'EUR')).toEqual(money(29n, 'EUR'));
  });
});
