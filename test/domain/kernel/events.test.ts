import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  approve,
  openPayment,
  type Payment,
  postpone,
  resume,
} from '../../../src/domain/payments/payment.ts';
import { paymentEvent, refundEvent } from '../../../src/domain/payments/payment-events.ts';
import { paymentRecord } from '../../../src/domain/payments/payment-record.ts';
import { decide, openTransaction } from '../../../src/domain/payments/transaction.ts';
import { transactionRecord } from '../../../src/domain/payments/transaction-record.ts';
import { aMerchantId, anOrder, aVerdict, NOON } from '../../fixtures/changes.ts';
import { paymentOrder, trying } from '../arbitraries.ts';
import { after, move, opened, settled } from '../payment-moves.ts';

const id = idOf('evt', '1'.repeat(32));

describe('a payment’s event', () => {
  it('is published once for each state that moves lead to, and each time that customers have to act, with the whole record, and never in between', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 25 }), (order, moves) => {
        let before: Payment | undefined;
        let state = opened(order);
        const told: string[] = [];
        for (const each of [undefined, ...moves]) {
          const next = each === undefined ? state : after(state, each, NOON);
          if (next === undefined) continue;
          const { payment } = next;
          const event = paymentEvent(before, payment, id);
          const isNews = before?.status !== payment.status && payment.status !== 'pending';
          if (each === undefined) expect(event?.type).toBe('payment.created');
          else if (!isNews || payment.status === 'processing') expect(event).toBeUndefined();
          else
            expect(event).toEqual({
              id,
              type: `payment.${payment.status}`,
              merchantId: payment.merchantId,
              paymentId: payment.id,
              created: payment.updatedAt,
              data: paymentRecord(payment),
            });
          if (event !== undefined) told.push(event.type);
          before = payment;
          state = next;
        }
        const once = told.filter((type) => type !== 'payment.requires_action');
        expect(once).toEqual([...new Set(once)]);
        for (const type of told) seen.add(type);
      }),
      trying(4_000),
    );
    expect(seen.size).toBe(6);
  });

  it('is not published for a payment that is postponed or resumed', () => {
    const first = openPayment(anOrder())._unsafeUnwrap();
    expect(paymentEvent(undefined, first, id)?.type).toBe('payment.created');
    const postponed = postpone(first, NOON + 1);
    const resumed = resume(postponed, NOON + 2);
    expect(paymentEvent(first, postponed, id)).toBeUndefined();
    expect(paymentEvent(postponed, resumed, id)).toBeUndefined();
    expect(paymentEvent(resumed, approve(resumed, NOON + 3), id)?.type).toBe('payment.succeeded');
  });
});

describe('a refund’s event', () => {
  const aTransaction = (type: 'authorization' | 'capture' | 'refund' | 'void') =>
    openTransaction({
      id: idOf('txn', '1'.repeat(32)),
      merchantId: aMerchantId(),
      paymentId: idOf('pay', '2'.repeat(32)),
      type,
      amount: money(60n, 'USD'),
      reason: 'One item came back',
      createdAt: NOON,
    });

  it.each([
    ['succeeded', 'refund.created'],
    ['failed', 'refund.failed'],
  ] as const)('that %s is %s, told once', (status, type) => {
    const pending = aTransaction('refund');
    expect(refundEvent(pending, id)).toBeUndefined();
    const decided = decide(pending, status, aVerdict(NOON), NOON + 5)._unsafeUnwrap();
    expect(refundEvent(decided, id)).toEqual({
      id,
      type,
      merchantId: decided.merchantId,
      paymentId: decided.paymentId,
      created: NOON + 5,
      data: transactionRecord(decided),
    });
    if (status === 'failed') return;
    expect(refundEvent(settled(decided, NOON + 6), id)).toBeUndefined();
  });

  it('is published for no other modification', () => {
    for (const type of ['authorization', 'capture', 'void'] as const)
      for (const status of ['succeeded', 'failed'] as const) {
        const decided = decide(aTransaction(type), status, aVerdict(NOON), NOON + 5)._unsafeUnwrap();
        expect(refundEvent(decided, id)).toBeUndefined();
      }
  });
});
