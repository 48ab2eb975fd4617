import { describe, expect, it } from 'vitest';
import type { ReviewOutcome } from '../../../src/domain/approvals/fraud-review.ts';
import {
  defaultFraudRules,
  type FraudRules,
  scoreByRules,
} from '../../../src/domain/approvals/fraud-rules.ts';
import type { PastPayment } from '../../../src/domain/approvals/fraud-standing.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { aCreation, aLine, anIncidentId, aReview, aVendorId, paidOut } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const HOUR = 3_600_000;
const vendorId = aVendorId();
const usual = defaultFraudRules([]);
const paid = (hoursAgo: number, outcome?: ReviewOutcome, cents = 1_003n): VendorPayment => {
  const createdAt = NOON - hoursAgo * HOUR;
  const payment = paidOut(aCreation({ vendorId, lineItems: [aLine(cents)], createdAt }).payment);
  return outcome === undefined ? payment : aReview(payment, outcome).payment;
};
const scored = (past: readonly PastPayment[], rules: FraudRules = usual, amountCents = 100_000n) => {
  const asked = { vendorId, incidentId: anIncidentId(), amountCents, at: NOON };
  const { score, reasons } = scoreByRules(asked, past, rules);
  return [score, ...reasons.map(({ code }) => code)];
};
const legitimate = (count: number) =>
  Array.from({ length: count }, (_, n) => paid(200 + n, 'legitimate', 90_001n));

describe('a vendor of whom a payment was a fraud', () => {
  it('scores all there is, until so many are asked for', () => {
    expect(scored([paid(500, 'fraud')])).toEqual([1000, 'vendor_blocked', 'round_amount']);
    const lenient = { ...usual, outcomes: { blockAfter: 2, allowAfter: 5 } };
    expect(scored([paid(500, 'fraud')], lenient)).toEqual([100, 'round_amount']);
    expect(scored([paid(500, 'fraud'), paid(400, 'fraud')], lenient)[1]).toBe('vendor_blocked');
  });

  it('is not known by its frauds’ amounts', () => {
    const past = [paid(500, 'fraud', 1_000_000n), paid(501), paid(502), paid(503)];
    expect(scored(past, { ...usual, outcomes: { blockAfter: 9, allowAfter: 9 } })).toEqual([
      600,
      'amount_above_history',
      'round_amount',
    ]);
  });
});

describe('a vendor whose payments were legitimate', () => {
  it('is scored by amounts alone once there are enough, and never beside a fraud', () => {
    expect(scored(legitimate(4))).toEqual([100, 'round_amount']);
    expect(scored(legitimate(5))).toEqual([0]);
    expect(scored(legitimate(5), usual, 1_000_000n)).toEqual([500, 'amount_above_history']);
    expect(scored([...legitimate(5), paid(900, 'fraud')])[1]).toBe('vendor_blocked');
    const lenient = { ...usual, outcomes: { blockAfter: 2, allowAfter: 5 } };
    expect(scored([...legitimate(5), paid(900, 'fraud')], lenient)).toEqual([100, 'round_amount']);
  });
});

describe('lists by name', () => {
  it('go before outcomes, and blocking before allowing', () => {
    expect(scored(legitimate(9), { ...usual, block: [vendorId] })[1]).toBe('vendor_blocked');
    expect(scored([paid(500, 'fraud')], { ...usual, allow: [vendorId] })).toEqual([0]);
    expect(scored([], { ...usual, allow: [vendorId], block: [vendorId] })[0]).toBe(1000);
    expect(scored([], { ...usual, block: [aVendorId()] })).toEqual([250, 'new_payee', 'round_amount']);
  });
});
