import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreAggregate } from '../../../src/domain/aggregates/aggregate.ts';
import { exceptionOfPayout } from '../../../src/domain/files/exception-facts.ts';
import {
  addToSettlement,
  closeSettlement,
  grossOf,
  netOf,
  openSettlement,
  type ProcessingSettlement,
  payoutDifference,
  SETTLEMENT_PARTS,
  type SettlementAddition,
  type SettlementGroup,
} from '../../../src/domain/files/settlement.ts';
import { settlementId, settlementIdsOf, settlementKey } from '../../../src/domain/files/settlement-keys.ts';
import { settlementRecord } from '../../../src/domain/files/settlement-record.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { jsonText, parseJson } from '../../../src/domain/kernel/json.ts';
import { aMerchantId, digests, NOON } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';

const { sha256 } = digests;
const FILE = { id: idOf('rec', 'a'.repeat(32)), startedAt: NOON };
const GROUP: SettlementGroup = { date: '2026-03-02', currency: 'USD' };

const opened = (group: SettlementGroup = GROUP): ProcessingSettlement =>
  openSettlement({
    ...group,
    id: settlementId(sha256, FILE, group),
    merchantId: aMerchantId(),
    sequence: 1,
    reconciliationId: FILE.id,
    batch: 0,
    createdAt: NOON,
  });

const added = (additions: readonly SettlementAddition[], to = opened()): ProcessingSettlement =>
  additions.reduce((each, addition, batch) => addToSettlement(each, addition, { batch, now: NOON }), to);

const minorUnits = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const item = fc.record({ part: fc.constantFrom(...SETTLEMENT_PARTS), amount: minorUnits, fee: minorUnits });
const addition: fc.Arbitrary<SettlementAddition> = fc.oneof(
  { weight: 4, arbitrary: item },
  fc.record({ part: fc.constant('exception' as const), amount: minorUnits, fee: minorUnits }),
  fc.record(
    {
      part: fc.constant('payout' as const),
      amount: minorUnits,
      fee: fc.constant(0n),
      bankReference: fc.string(),
    },
    { requiredKeys: ['part', 'amount', 'fee'] },
  ),
);
const isItem = ({ part }: SettlementAddition) => part !== 'exception' && part !== 'payout';

describe('a settlement', () => {
  it('has the net that its items add up to, whatever their parts and order: gross − fees − chargebacks + adjustments', () => {
    fc.assert(
      fc.property(fc.array(addition, { maxLength: 30 }), (additions) => {
        const { sums, items, exceptions, unmatched } = added(additions);
        const paid = additions
          .filter(isItem)
          .reduce((sum, { part, amount, fee }) => sum + (part === 'fee' ? 0n : amount) - fee, 0n);
        expect(netOf(sums)).toBe(paid);
        expect(grossOf(sums) - sums.fees - sums.chargebacks + sums.adjustments).toBe(paid);
        expect(items).toBe(additions.filter(isItem).length);
        const claims = additions.filter(({ part }) => part === 'exception');
        expect(exceptions).toBe(claims.length);
        expect(unmatched).toBe(claims.reduce((sum, { amount, fee }) => sum + amount - fee, 0n));
        expect(added(additions.toReversed()).sums).toEqual(sums);
      }),
      trying(300),
    );
  });

  it('counts a refund, a chargeback and a fee as what they cost, and a reversed chargeback not at all', () => {
    const { sums, transactions } = added([
      { part: 'payment', amount: 1_000n, fee: 30n },
      { part: 'refund', amount: -200n, fee: 0n },
      { part: 'chargeback', amount: -500n, fee: 15n },
      { part: 'chargeback_reversal', amount: 500n, fee: 0n },
      { part: 'fee', amount: 0n, fee: 10n },
      { part: 'adjustment', amount: -5n, fee: 0n },
    ]);
    expect(sums).toEqual({ payments: 1_000n, refunds: 200n, fees: 55n, chargebacks: 0n, adjustments: -5n });
    expect([grossOf(sums), netOf(sums), transactions]).toEqual([800n, 740n, 2]);
  });

  it('is completed when every row matched and the payout is the net and what was tolerated, else with exceptions', () => {
    const paid: SettlementAddition = { part: 'payment', amount: 100n, fee: 1n };
    const payout = (amount: bigint): SettlementAddition => ({ part: 'payout', amount, fee: 0n });
    const statusOf = (additions: readonly SettlementAddition[], fault?: string) =>
      closeSettlement(added(additions), fault, NOON).status;
    expect(statusOf([paid])).toBe('completed');
    expect(statusOf([paid, payout(99n)])).toBe('completed');
    expect(statusOf([paid, payout(100n)])).toBe('completed_with_exceptions');
    expect(statusOf([{ ...paid, tolerated: 1n }, payout(100n)])).toBe('completed');
    expect(statusOf([{ ...paid, tolerated: 1n }, payout(99n)])).toBe('completed_with_exceptions');
    expect(statusOf([paid, { part: 'exception', amount: 0n, fee: 0n }])).toBe('completed_with_exceptions');
    expect(statusOf([paid], 'file_changed')).toBe('completed_with_exceptions');
    expect(statusOf([payout(-20n), { part: 'refund', amount: -20n, fee: 0n }])).toBe('completed');
  });

  it('adds up the rows of a payout, and keeps the last of the bank references that they name', () => {
    const { payout, ...rest } = added([
      { part: 'payout', amount: 70n, fee: 0n, bankReference: 'first' },
      { part: 'payout', amount: -70n, fee: 0n },
      { part: 'payout', amount: 71n, fee: 0n, bankReference: 'second' },
      { part: 'payment', amount: 70n, fee: 0n },
    ]);
    expect(payout).toEqual({ amount: 71n, bankReference: 'second' });
    expect(payoutDifference({ ...rest, ...(payout === undefined ? {} : { payout }) })).toBe(1n);
  });

  it('is read back from its record as it was, to the last digit', () => {
    const closed = fc.tuple(fc.array(addition, { maxLength: 9 }), fc.option(fc.string(), { nil: undefined }));
    fc.assert(
      fc.property(closed, fc.boolean(), ([additions, fault], isOpen) => {
        const open = added(additions, opened({ ...GROUP, payoutId: 'po_1' }));
        const each = isOpen ? open : closeSettlement(open, fault, NOON + 1);
        const stored = parseJson(jsonText(settlementRecord(each))) as ReturnType<typeof settlementRecord>;
        expect(restoreAggregate('settlement', stored, '')).toEqual(each);
      }),
      trying(200),
    );
  });

  it('cannot be read from a record whose equation does not hold', () => {
    const record = settlementRecord(
      closeSettlement(added([{ part: 'payment', amount: 9n, fee: 1n }]), undefined, NOON),
    );
    for (const edit of [
      { net_amount: 9 },
      { gross_amount: 8 },
      { fee_amount: 2 },
      { adjustment_amount: 1 },
      { payout: { amount: 8, difference: 1 } },
    ])
      expect(() => restoreAggregate('settlement', { ...record, ...edit }, '')).toThrow('equation');
  });
});

describe('the id of a settlement', () => {
  const group = fc.record(
    {
      date: fc.constantFrom('1999-12-31', '2026-03-01', '2026-03-02', '2149-06-06'),
      currency: fc.constantFrom('USD', 'EUR', 'JPY'),
      payoutId: fc.constantFrom('po_1', 'po|1', ''),
    },
    { requiredKeys: ['date', 'currency'] },
  ) as fc.Arbitrary<SettlementGroup>;

  it('follows from file and group, lies within the file’s ids, and sorts by date', () => {
    fc.assert(
      fc.property(group, group, (a, b) => {
        const [first, second] = [settlementId(sha256, FILE, a), settlementId(sha256, FILE, b)];
        const isSame = settlementKey(a, 1) === settlementKey(b, 1);
        expect(first === second).toBe(isSame);
        if (a.date < b.date) expect(first < second).toBe(true);
        const range = settlementIdsOf(FILE);
        expect(range.first < first && first < range.last).toBe(true);
        const other = { ...FILE, id: idOf('rec', 'b'.repeat(32)) };
        expect(settlementId(sha256, other, a)).not.toBe(first);
      }),
      trying(200),
    );
  });
});

describe('the exception of a payout', () => {
  const payout = { part: 'payout', amount: 90n, fee: 0n } as const;
  const paid = { part: 'payment', amount: 100n, fee: 3n } as const;
  const differenceOf = (additions: readonly SettlementAddition[], fault?: string) =>
    exceptionOfPayout(closeSettlement(added(additions), fault, NOON))?.difference;

  it('is of what neither a tolerance nor rows that did not match account for, and there is none without it', () => {
    expect(differenceOf([paid, payout])).toBe(-7n);
    expect(differenceOf([{ ...paid, tolerated: -7n }, payout])).toBeUndefined();
    const claim = { part: 'exception', amount: -5n, fee: 0n } as const;
    expect(differenceOf([paid, claim, payout])).toBe(-2n);
    expect(differenceOf([paid, claim, { ...payout, amount: 92n }])).toBeUndefined();
    expect(differenceOf([paid])).toBeUndefined();
  });

  it('is none of a file that failed: its other rows may be the difference', () => {
    expect(differenceOf([paid, payout], 'file_changed')).toBeUndefined();
  });
});
