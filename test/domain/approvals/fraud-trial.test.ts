import { describe, expect, it } from 'vitest';
import type { AuditLogEntry } from '../../../src/domain/approvals/audit-log.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/domain/approvals/fraud.ts';
import { defaultFraudRules, type FraudRules } from '../../../src/domain/approvals/fraud-rules.ts';
import {
  counted,
  inOrderOfTime,
  NOTHING_TRIED,
  pastMoves,
  replayOf,
  type TriedPayment,
} from '../../../src/domain/approvals/fraud-trial.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import {
  aCreation,
  aLine,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aReview,
  aVendorId,
  type Made,
} from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const HOUR = 3_600_000;
const vendorId = aVendorId();
const usual = defaultFraudRules([]);

/** A payment after each of its moves, the first of which is its creation. */
type Life = Readonly<{ payment: VendorPayment; links: readonly AuditLogEntry[] }>;
const made = (hour: number, cents = 1_003n): Life => {
  const { payment, change } = aCreation({
    vendorId,
    lineItems: [aLine(cents)],
    createdAt: NOON + hour * HOUR,
  });
  return { payment, links: [change.entry] };
};
const then = ({ payment, links }: Life, move: (before: VendorPayment) => Made): Life => {
  const { payment: next, change } = move(payment);
  return { payment: next, links: [...links, change.entry] };
};
const reviewed = (life: Life, outcome: 'fraud' | 'legitimate', hour: number) =>
  then(life, (before) => aReview(before, outcome, NOON + hour * HOUR));
const paid = (life: Life, hour: number) => {
  const at = NOON + hour * HOUR;
  const approved = then(life, (before) => anUncheckedApproval(before, undefined, { at: at - 2 }));
  const begun = then(approved, (before) => aPayoutBegun(before, at - 1));
  return then(begun, (before) => {
    if (before.status !== 'processing') throw new Error(before.status);
    return aPayoutEnded(before, true, at);
  });
};
const changed = (life: Life, cents: bigint, hour: number) =>
  then(life, (before) => anEdit(before, { lineItems: [aLine(cents)] }, NOON + hour * HOUR));

const tried = (lives: readonly Life[], rules: FraudRules = usual): readonly TriedPayment[] => {
  const replay = replayOf(rules, DEFAULT_THRESHOLDS);
  const moves = inOrderOfTime(lives.flatMap(({ payment, links }) => pastMoves(payment, links)));
  return moves.flatMap((move) => replay(move) ?? []);
};
const wouldBe = (of: Life, ...others: readonly Life[]) =>
  tried([of, ...others]).find(({ paymentId }) => paymentId === of.payment.id)?.would;

describe('rules that are tried on a payment of the past', () => {
  it('know what reviews had found by then, and nothing that was found later', () => {
    const payment = made(10, 1_005n);
    expect(wouldBe(payment, reviewed(made(0), 'fraud', 9))).toBe('flagged');
    expect(wouldBe(payment, reviewed(made(0), 'fraud', 11))).toBe('low_risk');
    const cleared = reviewed(reviewed(made(0), 'fraud', 9), 'legitimate', 11);
    expect(wouldBe(payment, cleared)).toBe('flagged');
    expect(wouldBe(payment, reviewed(reviewed(made(0), 'fraud', 8), 'legitimate', 9))).toBe('low_risk');
  });

  it('compare with what had been paid by then, at the amounts of then', () => {
    const rules = { ...usual, aboveHistory: [{ times: 2n, points: 700 }], leastHistory: 1 };
    const of = (...others: readonly Life[]) => {
      const payment = made(10, 1_003n);
      return tried([payment, ...others], rules).find(({ paymentId }) => paymentId === payment.payment.id)
        ?.would;
    };
    expect([of(paid(made(0, 1n), 9)), of(paid(made(0, 1n), 11))]).toEqual(['flagged', 'low_risk']);
    // The same amount is suspect too, which is the one that is paid now and was another then.
    expect(of(changed(made(9, 1_003n), 5n, 11))).toBe('medium_risk');
    expect(of(changed(made(9, 5n), 1_003n, 11))).toBe('low_risk');
  });

  it('score each change of the terms by its own time, and the gravest stands', () => {
    const lenient = { ...usual, roundAmount: { of: 100_000n, points: 700 } };
    const [before, after] = [changed(made(0, 100_000n), 5n, 2), changed(made(0, 5n), 100_000n, 2)];
    for (const life of [before, after])
      expect(tried([life], lenient)).toMatchObject([{ paymentId: life.payment.id, would: 'flagged' }]);
    const late = changed(made(0), 1_004n, 12);
    expect(wouldBe(late, reviewed(made(1), 'fraud', 11))).toBe('flagged');
    expect(wouldBe(late, reviewed(made(1), 'fraud', 13))).toBe('low_risk');
  });

  it('are counted by what the payments turned out to be', () => {
    const [one] = tried([made(1)], { ...usual, block: [vendorId] });
    if (one === undefined) throw new Error('nothing was tried');
    const legitimate = reviewed(made(1), 'legitimate', 2).payment;
    const counts = counted(counted(NOTHING_TRIED, legitimate, one), made(1).payment, one);
    expect(counts).toEqual({
      fraud: { payments: 0, wereFlagged: 0, wouldBeFlagged: 0 },
      legitimate: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
      unknown: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
    });
  });
});
