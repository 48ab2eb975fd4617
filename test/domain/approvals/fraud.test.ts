import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areThresholds,
  DEFAULT_THRESHOLDS,
  FRAUD_STATUSES,
  type FraudVerdict,
  fractionOf,
  graver,
  thousandthsOf,
} from '../../../src/domain/approvals/fraud.ts';
import { defaultFraudRules, scoreByRules, scoredOrder } from '../../../src/domain/approvals/fraud-rules.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import {
  aCreation,
  aLine,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPricedOrder,
  aRejection,
  paidOut,
} from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const HOUR = 3_600_000;
const rules = defaultFraudRules([500_000n]);
const past = (cents: bigint, hoursAgo: number) =>
  aCreation({ lineItems: [aLine(cents)], createdAt: NOON - hoursAgo * HOUR }).payment;
const scored = (cents: bigint, history: readonly VendorPayment[] = [past(1_001n, 1_000)]) => {
  const { score, reasons } = scoreByRules(
    scoredOrder(aPricedOrder({ lineItems: [aLine(cents)] }), NOON),
    history,
    rules,
  );
  return [score, ...reasons.map(({ code }) => code)];
};

describe('thousandths', () => {
  it('are cut, never rounded up, and lose nothing', () => {
    expect([0, 1, 0.57, 0.29, 0.695, 0.7, 0.6999999999, 0.0005, 5e-7, 0.3].map(thousandthsOf)).toEqual([
      0, 1000, 570, 290, 695, 700, 699, 0, 0, 300,
    ]);
    for (const score of [-0.1, 1.001, Number.NaN, Infinity]) expect(thousandthsOf(score)).toBeUndefined();
  });

  it('come back from the fraction they are sent as', () => {
    for (let score = 0; score <= 1000; score += 1) expect(thousandthsOf(fractionOf(score))).toBe(score);
  });

  it('never pass a bound that the score has not reached', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (score, bound) => {
          if ((thousandthsOf(score) ?? 0) >= bound) expect(score).toBeGreaterThanOrEqual(fractionOf(bound));
          else expect(score).toBeLessThan(fractionOf(bound));
        },
      ),
    );
  });
});

describe('thresholds', () => {
  it('ascend within 1–1000, and are whole', () => {
    expect(areThresholds(DEFAULT_THRESHOLDS)).toBe(true);
    for (const wrong of [
      { medium: 0 },
      { medium: 500 },
      { high: 700 },
      { flagged: 1001 },
      { flagged: 700.5 },
      { high: Number.NaN },
    ])
      expect(areThresholds({ ...DEFAULT_THRESHOLDS, ...wrong })).toBe(false);
  });
});

describe('the graver of two verdicts', () => {
  const verdict = fc.record(
    {
      status: fc.constantFrom(...FRAUD_STATUSES),
      score: fc.integer({ min: 0, max: 1000 }),
      reasons: fc.constant([]),
    },
    { requiredKeys: ['status', 'reasons'] },
  );
  const gravity = ({ status, score = -1 }: FraudVerdict) => FRAUD_STATUSES.indexOf(status) * 10_000 + score;

  it('is one of them that the other does not pass, and the later where they are as grave', () => {
    fc.assert(
      fc.property(verdict, verdict, (earlier, later) => {
        expect(graver(earlier, later)).toBe(gravity(earlier) > gravity(later) ? earlier : later);
      }),
    );
  });
});

describe('the rules', () => {
  it('have nothing to say of the usual', () => {
    expect(scored(1_003n)).toEqual([0]);
  });

  it('know a new payee', () => {
    expect(scored(1_003n, [])).toEqual([150, 'new_payee']);
  });

  it('compare with what the vendor was paid, once there is enough, and exactly', () => {
    const three = [past(101n, 900), past(100n, 901), past(99n, 902)].map(paidOut);
    expect(scored(300n, three)).toEqual([0]);
    expect(scored(301n, three)).toEqual([300, 'amount_above_history']);
    expect(scored(1_000n, three)).toEqual([300, 'amount_above_history']);
    expect(scored(1_001n, three)).toEqual([500, 'amount_above_history']);
    expect(scored(1_001n, three.slice(1))).toEqual([0]);
    const asked = past(101n, 900);
    const approved = anUncheckedApproval(asked).payment;
    const paying = aPayoutBegun(approved).payment;
    for (const unpaid of [
      asked,
      approved,
      paying,
      aPayoutEnded(paying, false).payment,
      aRejection(asked).payment,
    ])
      expect([unpaid.status, scored(1_001n, [unpaid, ...three.slice(1)])]).toEqual([unpaid.status, [0]]);
    const unpaid = Array.from({ length: 9 }, (_, n) => past(480_000n, 200 + n));
    expect(scored(1_001n, [...unpaid, ...three])).toEqual([500, 'amount_above_history']);
  });

  it('go by the newest that were paid where payments that are only asked for crowd them out', () => {
    const paid = [past(101n, 900), past(100n, 901), past(99n, 902), past(1n, 903)].map(paidOut);
    const asked = (count: number) => Array.from({ length: count }, (_, n) => past(17n, 200 + n));
    expect(scored(1_001n, [...asked(98), ...paid])).toEqual([500, 'amount_above_history']);
    expect(scored(1_000n, [...asked(98), ...paid])).toEqual([300, 'amount_above_history']);
    expect(scored(760n, [...asked(96), ...paid])).toEqual([500, 'amount_above_history']);
  });

  it('count payments within a day', () => {
    const five = [1, 2, 3, 4, 23].map((hours) => past(1_003n + BigInt(hours), hours));
    expect(scored(1_003n, five)).toEqual([250, 'velocity']);
    expect(scored(1_003n, [...five.slice(0, 4), past(999n, 24)])).toEqual([0]);
  });

  it('know the same amount again within a week', () => {
    expect(scored(1_003n, [past(1_003n, 167)])).toEqual([300, 'duplicate_amount']);
    expect(scored(1_003n, [past(1_003n, 168)])).toEqual([0]);
  });

  it('know round amounts', () => {
    expect(scored(100_000n)).toEqual([100, 'round_amount']);
    expect(scored(100_001n)).toEqual([0]);
  });

  it('know amounts just under a bound', () => {
    expect(scored(474_999n)).toEqual([0]);
    expect(scored(475_000n)).toEqual([250, 'just_under_bound']);
    expect(scored(499_999n)).toEqual([250, 'just_under_bound']);
    expect(scored(500_000n)).toEqual([350, 'round_amount', 'just_under_bound']);
    expect(scored(500_001n)).toEqual([0]);
  });

  it('never say more than everything', () => {
    const history = [1, 2, 3, 4, 5].map((hours) => paidOut(past(hours === 1 ? 500_000n : 1n, hours)));
    expect(scored(500_000n, [...history, ...[6, 7, 8, 9, 10, 11].map((hours) => past(1n, hours))])[0]).toBe(
      1000,
    );
  });
});
