import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISPUTE_STATUSES } from '../../console/src/disputes/dispute-search.ts';
import { withNews } from '../../console/src/payments/list-with-news.ts';
import type { Payment } from '../../console/src/payments/payment-queries.ts';
import { listQueryOf, paymentSearch } from '../../console/src/payments/payment-search.ts';
import {
  actionsOn,
  capturable,
  partsOf,
  refundable,
  shareOf,
} from '../../console/src/payments/what-is-left.ts';

const payment = (given: Partial<Payment> = {}): Payment => ({
  id: 'pay_1',
  merchant_id: 'merchant-123',
  idempotency_key: 'order-1',
  amount: 1000,
  currency: 'USD',
  status: 'succeeded',
  payment_method: 'card',
  capture_method: 'automatic',
  authorized_amount: 1000,
  captured_amount: 1000,
  refunded_amount: 0,
  version: 2,
  created_at: '2026-03-01T12:00:00.000Z',
  updated_at: '2026-03-01T12:00:00.000Z',
  ...given,
});

describe('what is left of a payment', () => {
  it('leaves out what is under way', () => {
    const refunding = payment({ refunded_amount: 300, reserved_refund_amount: 200 });
    expect(refundable(refunding)).toBe(500n);
    const capturing = payment({ status: 'authorized', captured_amount: 100, reserved_amount: 400 });
    expect(capturable(capturing)).toBe(500n);
  });

  it.each([
    ['succeeded', payment(), ['payments', 'refunds'], ['refund']],
    ['refunded', payment({ refunded_amount: 1000 }), ['payments', 'refunds'], []],
    [
      'held',
      payment({ status: 'authorized', captured_amount: 0 }),
      ['payments', 'refunds'],
      ['capture', 'void'],
    ],
    ['held, for a reader', payment({ status: 'authorized', captured_amount: 0 }), [], []],
    [
      'partly captured',
      payment({ status: 'authorized', captured_amount: 400 }),
      ['payments', 'refunds'],
      ['capture', 'refund', 'void'],
    ],
    ['being closed', payment({ status: 'authorized', captured_amount: 0, closing: true }), ['payments'], []],
    [
      'waiting for its customer',
      payment({ status: 'requires_action', captured_amount: 0, authorized_amount: 0 }),
      ['payments'],
      ['void'],
    ],
  ] as const)('offers what can be done with a payment that is %s', (_, given, permissions, offered) => {
    expect(actionsOn(given, permissions)).toEqual(offered);
  });

  it('is shown in parts that add up to the amount', () => {
    const amounts = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000));
    const statuses = fc.constantFrom('authorized', 'succeeded', 'canceled');
    const disputed = fc.array(fc.tuple(fc.nat(1000), fc.constantFrom(...DISPUTE_STATUSES)));
    fc.assert(
      fc.property(amounts, statuses, disputed, (shares, status, disputes) => {
        const [captured, refunded, refunding, reserved] = shares;
        const captured_amount = Math.floor(captured / 2);
        const refunded_amount = Math.min(refunded, captured_amount);
        const given = payment({
          status: status as Payment['status'],
          captured_amount,
          refunded_amount,
          reserved_refund_amount: Math.min(refunding, captured_amount - refunded_amount),
          reserved_amount: Math.min(reserved, 1000 - captured_amount),
        });
        const parts = partsOf(
          given,
          disputes.map(([amount, of]) => ({ amount, status: of, currency: 'USD' })),
        );
        expect(parts.every((part) => shareOf(part) >= 0n)).toBe(true);
        expect(parts.reduce((sum, part) => sum + shareOf(part), 0n)).toBe(1000n);
      }),
    );
  });

  it('is disputed and lost by what its disputes say, in full where refunds leave less', () => {
    const disputes = [
      { amount: 100, currency: 'USD', status: 'needs_response' },
      { amount: 150, currency: 'USD', status: 'under_review' },
      { amount: 300, currency: 'USD', status: 'lost' },
      { amount: 50, currency: 'USD', status: 'accepted' },
      { amount: 400, currency: 'USD', status: 'won' },
      { amount: 7, currency: 'JPY', status: 'lost' },
    ] as const;
    const shown = (given: Payment) =>
      partsOf(given, disputes)
        .filter(({ amount }) => amount > 0n)
        .map((part) => [part.name, part.amount, shareOf(part)]);
    expect(shown(payment())).toEqual([
      ['Captured', 400n, 400n],
      ['Disputed', 250n, 250n],
      ['Lost to disputes', 350n, 350n],
    ]);
    expect(shown(payment({ refunded_amount: 600 }))).toEqual([
      ['Disputed', 250n, 50n],
      ['Lost to disputes', 350n, 350n],
      ['Refunded', 600n, 600n],
    ]);
  });
});

describe('the address of the list', () => {
  it('is its filters, and leaves out what is none', () => {
    const search = paymentSearch.parse({ status: 'failed', currency: 'usd', min_amount: '-1', utm: 'x' });
    expect(JSON.stringify(search)).toBe('{"status":"failed"}');
  });

  it('asks the API for the same', () => {
    const search = paymentSearch.parse({ metadata: 'order=a=b', currency: 'JPY', max_amount: '5000' });
    expect(listQueryOf(search)).toEqual({ metadata: { order: 'a=b' }, currency: 'JPY', max_amount: 5000 });
  });

  it('asks for no amount without its currency', () => {
    expect(listQueryOf(paymentSearch.parse({ min_amount: '100' }))).toEqual({});
  });
});

describe('a list that is read while payments come in', () => {
  const at = (second: number) => `2026-03-01T12:00:0${second}.000Z`;
  const listed = [payment({ id: 'pay_b', created_at: at(2) }), payment({ id: 'pay_a', created_at: at(1) })];

  it('keeps its rows where they are, shows them as they are now, and counts those above', () => {
    const newest = [
      payment({ id: 'pay_c', created_at: at(3) }),
      payment({ id: 'pay_b', created_at: at(2), version: 3, refunded_amount: 10 }),
      payment({ id: 'pay_a', created_at: at(1), version: 1 }),
    ];
    const { rows, added } = withNews(listed, newest);
    expect(rows.map(({ id, version }) => [id, version])).toEqual([
      ['pay_b', 3],
      ['pay_a', 2],
    ]);
    expect(added).toBe(1);
  });

  it('counts none of those that stand below what is shown', () => {
    expect(withNews(listed, [payment({ id: 'pay_0', created_at: at(0) })]).added).toBe(0);
  });
});
