import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAYMENT_STATUSES } from '../../../src/domain/payments/payment.ts';
import { type PaymentSum, sumUp } from '../../../src/domain/payments/payment-sum.ts';
import { summaryOf, summaryRecord } from '../../../src/domain/payments/payment-summary.ts';
import { trying } from '../arbitraries.ts';

const aSum = (parts: Partial<PaymentSum> = {}): PaymentSum => ({
  currency: 'USD',
  status: 'succeeded',
  count: 1,
  amount: 100n,
  captured: 100n,
  refunded: 0n,
  ...parts,
});

const sums: fc.Arbitrary<PaymentSum> = fc.record({
  currency: fc.constantFrom('USD' as const, 'EUR' as const, 'JPY' as const),
  status: fc.constantFrom(...PAYMENT_STATUSES),
  count: fc.integer({ min: 1, max: 1_000 }),
  amount: fc.bigInt({ min: 1n, max: 2n ** 70n }),
  captured: fc.bigInt({ min: 0n, max: 2n ** 70n }),
  refunded: fc.bigInt({ min: 0n, max: 2n ** 70n }),
});

describe('a summary', () => {
  it('of nothing says 0 for every status and no currency', () => {
    expect(summaryRecord(summaryOf([]))).toEqual({
      total_count: 0,
      by_status: {
        pending: 0,
        processing: 0,
        requires_action: 0,
        authorized: 0,
        succeeded: 0,
        failed: 0,
        canceled: 0,
      },
      by_currency: {},
      success_rate: 0,
    });
  });

  it('never adds one currency to another', () => {
    const { byCurrency } = summaryOf([aSum(), aSum({ currency: 'JPY', amount: 7n, captured: 7n })]);
    expect(byCurrency.get('USD')).toMatchObject({ count: 1, totalAmount: 100n });
    expect(byCurrency.get('JPY')).toMatchObject({ count: 1, totalAmount: 7n });
  });

  it('counts as succeeded what was captured of payments that succeeded, and all refunds', () => {
    const { byCurrency } = summaryOf([
      aSum({ captured: 60n, refunded: 20n }),
      aSum({ status: 'authorized', captured: 40n }),
      aSum({ status: 'failed', captured: 0n }),
    ]);
    expect(byCurrency.get('USD')).toMatchObject({
      totalAmount: 300n,
      succeededAmount: 60n,
      refundedAmount: 20n,
    });
  });

  it.each([
    [1n, 2, 1n],
    [3n, 2, 2n],
    [100n, 3, 33n],
    [101n, 3, 34n],
    [9_007_199_254_740_993n, 1, 9_007_199_254_740_993n],
  ])('rounds the average of %d over %i payments to %d, halves up', (amount, count, average) => {
    const { byCurrency } = summaryOf([aSum({ amount, count })]);
    expect(byCurrency.get('USD')?.averageAmount).toBe(average);
  });

  it('rates success among the payments that are decided', () => {
    const open = aSum({ status: 'processing', count: 50 });
    expect(summaryOf([open]).successRate).toBe(0);
    const decided = [aSum({ count: 3 }), aSum({ status: 'failed', count: 1, currency: 'EUR' })];
    expect(summaryOf([open, ...decided]).successRate).toBe(0.75);
  });

  it('is the same however the sums were split', () => {
    fc.assert(
      fc.property(fc.array(sums, { maxLength: 30 }), (parts) => {
        const whole = summaryOf(sumUp(parts));
        expect(summaryOf(parts)).toEqual(whole);
        const statuses = Object.values(whole.byStatus).reduce((a, b) => a + b, 0);
        const currencies = [...whole.byCurrency.values()].reduce((all, { count }) => all + count, 0);
        expect([statuses, currencies]).toEqual([whole.totalCount, whole.totalCount]);
      }),
      trying(200),
    );
  });
});
