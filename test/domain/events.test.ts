import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paymentEvent } from '../../src/domain/events.ts';
import { idOf } from '../../src/domain/ids.ts';
import { approve, openPayment, postpone, resume } from '../../src/domain/payment.ts';
import { paymentRecord } from '../../src/domain/payment-record.ts';
import { anOrder, NOON } from '../fixtures/changes.ts';
import { reachablePayment, trying } from './arbitraries.ts';

const id = idOf('evt', '1'.repeat(32));

describe('a payment’s event', () => {
  it('names the state that the newest move led to and carries the whole record', () => {
    fc.assert(
      fc.property(reachablePayment, (payment) => {
        fc.pre(payment.status !== 'processing' && payment.status !== 'pending');
        expect(paymentEvent(payment, id)).toEqual({
          id,
          type: `payment.${payment.status}`,
          merchantId: payment.merchantId,
          paymentId: payment.id,
          created: payment.updatedAt,
          data: paymentRecord(payment),
        });
      }),
      trying(200),
    );
  });

  it('is told of a new payment once, and not when it is postponed or resumed', () => {
    const opened = openPayment(anOrder())._unsafeUnwrap();
    expect(paymentEvent(opened, id)?.type).toBe('payment.created');
    const postponed = postpone(opened, NOON + 1);
    const resumed = resume(postponed, NOON + 2);
    expect(paymentEvent(postponed, id)).toBeUndefined();
    expect(paymentEvent(resumed, id)).toBeUndefined();
    expect(paymentEvent(approve(resumed, NOON + 3), id)?.type).toBe('payment.succeeded');
  });
});
