import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../../src/domain/approvals/fraud.ts';
import type { ReviewOutcome } from '../../../src/domain/approvals/fraud-review.ts';
import {
  defaultFraudRules,
  type FraudRules,
  scoreByRules,
} from '../../../src/domain/approvals/fraud-rules.ts';
import type { PastPayment } from '../../../src/domain/approvals/fraud-standing.ts';
import { counted, earlierPayment, NOTHING_TRIED, tryOn } from '../../../src/domain/approvals/fraud-trial.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { aCreation, aLine, anIncidentId, aRejection, aReview, aVendorId } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const HOUR = 3_600_000;
const vendorId = aVendorId();
const usual = defaultFraudRules([]);
const paid = (hoursAgo: number, outcome?: ReviewOutcome, cents = 1_003n): VendorPayment => {
  const { payment } = aCreation({ vendorId, lineItems: [aLine(cents)], createdAt: NOON - hoursAgo * HOUR });
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

describe('rules that are tried on a payment of the past', () => {
  const tried = (payment: VendorPayment, earlier: readonly VendorPayment[], rules = usual) =>
    tryOn(payment, earlier.map(earlierPayment), rules, DEFAULT_THRESHOLDS).would;

  it('know what a review had found by then, and nothing that was found later', () => {
    const made = paid(100);
    const fraud = aCreation({ vendorId, createdAt: NOON - 200 * HOUR }).payment;
    const foundAt = (hoursAgo: number) => aReview(fraud, 'fraud', NOON - hoursAgo * HOUR).payment;
    expect([tried(made, [foundAt(100)]), tried(made, [foundAt(99)])]).toEqual(['flagged', 'low_risk']);
  });

  it('count a payment that was rejected later among those of its time', () => {
    const rules = { ...usual, aboveHistory: [{ times: 2n, points: 700 }], leastHistory: 1 };
    const earlier = aCreation({ vendorId, lineItems: [aLine(1n)], createdAt: NOON - 200 * HOUR }).payment;
    const rejectedAt = (hoursAgo: number) => aRejection(earlier, NOON - hoursAgo * HOUR).payment;
    const made = paid(100);
    expect([tried(made, [rejectedAt(99)], rules), tried(made, [rejectedAt(100)], rules)]).toEqual([
      'flagged',
      'low_risk',
    ]);
  });

  it('flag again what they flagged, whatever the history', () => {
    const history = fc.array(
      fc.record({
        cents: fc.bigInt({ min: 1n, max: 200_000n }),
        hours: fc.integer({ min: 1, max: 40 }),
        outcome: fc.constantFrom(undefined, 'fraud' as const, 'legitimate' as const),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(history, (steps) => {
        let now = NOON;
        const past: VendorPayment[] = [];
        const made: VendorPayment[] = [];
        for (const { cents, hours, outcome } of steps) {
          now += hours * HOUR;
          const asked = { vendorId, incidentId: anIncidentId(), amountCents: cents, at: now };
          const { score, reasons } = scoreByRules(asked, past, usual);
          const status = score >= 700 ? 'flagged' : 'low_risk';
          const { payment } = aCreation({
            vendorId,
            incidentId: asked.incidentId,
            lineItems: [aLine(cents)],
            createdAt: now,
            fraud: { status, score, reasons },
          });
          const reviewed = outcome === undefined ? payment : aReview(payment, outcome, now + 1).payment;
          const tried = tryOn(reviewed, made.toReversed().map(earlierPayment), usual, DEFAULT_THRESHOLDS);
          expect(tried.would === 'flagged').toBe(tried.was === 'flagged');
          made.push(reviewed);
          past.unshift(reviewed);
        }
      }),
    );
  });

  it('are counted by what the payments turned out to be', () => {
    const tried = tryOn(paid(1), [], { ...usual, block: [vendorId] }, DEFAULT_THRESHOLDS);
    const counts = counted(counted(NOTHING_TRIED, paid(1, 'legitimate'), tried), paid(1), tried);
    expect(counts).toEqual({
      fraud: { payments: 0, wereFlagged: 0, wouldBeFlagged: 0 },
      legitimate: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
      unknown: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
    });
  });
});
