import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import {
  boundsOf,
  faultsOfSpendings,
  type RefundRules,
  refundRulesOf,
} from '../../../src/application/integrity/verify-spendings.ts';
import type { AuditEntry } from '../../../src/domain/kernel/audit-entry.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/ledger.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';

const HOUR_MS = 3_600_000;
const merchantId = aMerchantId();

const hold = (createdAt: number): LedgerEntry => ({
  id: systemIds.ledgerEntry(createdAt),
  merchantId,
  type: 'refund_hold',
  debit: 'available',
  credit: 'pending',
  amount: money(100n, 'USD'),
  paymentId: systemIds.payment(createdAt),
  transactionId: systemIds.transaction(createdAt),
  createdAt,
});

const link = (timestamp: number, parts: Pick<AuditEntry, 'before' | 'after'>): AuditEntry =>
  ({ timestamp, ...parts }) as AuditEntry;

/** How many spendings pass for the holds. */
function passing(holds: readonly LedgerEntry[], rules: RefundRules): readonly number[] {
  const bounds = boundsOf(holds, NOON + 100 * HOUR_MS, rules);
  return [0, 1, 2, 3].filter((spendings) => {
    const stored = new Map(spendings === 0 ? [] : [['USD', spendings] as const]);
    return faultsOfSpendings(merchantId, stored, bounds).length === 0;
  });
}

describe('how often a balance was spent from by holds of refunds', () => {
  const rules = refundRulesOf([
    link(NOON, { after: { name: 'A' } }),
    link(NOON + HOUR_MS, { after: { refunds_need_balance: true } }),
    link(NOON + 2 * HOUR_MS, { before: { name: 'A' }, after: { name: 'B' } }),
    link(NOON + 3 * HOUR_MS, { before: { refunds_need_balance: true } }),
  ]);

  it('is exactly the number of holds while refunds need the balance, by the merchant’s chain', () => {
    expect(passing([hold(NOON + 2 * HOUR_MS), hold(NOON + 2.5 * HOUR_MS)], rules)).toEqual([2]);
  });

  it('is none before refunds needed the balance, and none after', () => {
    expect(passing([hold(NOON + 1_000), hold(NOON + 4 * HOUR_MS)], rules)).toEqual([0]);
    expect(passing([hold(NOON)], [])).toEqual([0]);
  });

  it('may be either of a hold within a minute of a change of the rule', () => {
    expect(passing([hold(NOON + HOUR_MS - 30_000)], rules)).toEqual([0, 1]);
    expect(passing([hold(NOON + 3 * HOUR_MS + 30_000)], rules)).toEqual([0, 1]);
  });
});
