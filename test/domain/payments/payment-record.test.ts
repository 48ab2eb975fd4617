import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, parseJson } from '../../../src/domain/kernel/json.ts';
import type { Attention } from '../../../src/domain/payments/attention.ts';
import { amountsOf, PAYMENT_STATUSES, type Payment } from '../../../src/domain/payments/payment.ts';
import {
  paymentRecord,
  restorePayment,
  type StoredPaymentRecord,
  storedPaymentRecord,
} from '../../../src/domain/payments/payment-record.ts';
import { attention, trying } from '../arbitraries.ts';
import { reachable, reachablePayment } from '../payment-moves.ts';

const underWayOf = (payment: Payment): bigint =>
  amountsOf(payment).reserved.minorUnits + amountsOf(payment).refunding.minorUnits;

/** What is proposed is of the payment's currency. */
const withAmount = (why: Attention, { amount }: Payment): Attention =>
  why.proposal?.outcome === 'succeeded' ? { ...why, proposal: { ...why.proposal, amount } } : why;

describe('a payment record', () => {
  it('restores every payment that moves can reach, as it was', () => {
    const seen = new Set<string>();
    let [aside, closing, refunding, identified, routed] = [0, 0, 0, 0, 0];
    fc.assert(
      fc.property(reachablePayment, fc.stringMatching(/^[0-9a-f]{64}$/), (payment, auditHash) => {
        seen.add(payment.status);
        if (underWayOf(payment) > 0n) aside += 1;
        if (payment.route?.account !== undefined) routed += 1;
        if (payment.processorId !== undefined) identified += 1;
        if (payment.status === 'authorized' && payment.refunding.minorUnits > 0n) refunding += 1;
        if (payment.status === 'authorized' && payment.closing) closing += 1;
        const stored = { ...payment, auditHash };
        expect(restorePayment(storedPaymentRecord(stored), auditHash)).toEqual(stored);
      }),
      trying(4_000),
    );
    expect([...seen].sort()).toEqual([...PAYMENT_STATUSES].sort());
    expect(Math.min(aside, closing, refunding, identified, routed)).toBeGreaterThan(5);
  });

  it('restores it also from JSON text', () => {
    fc.assert(
      fc.property(reachablePayment, (payment) => {
        const record = parseJson(jsonText(storedPaymentRecord(payment))) as StoredPaymentRecord;
        expect(restorePayment(record, payment.auditHash)).toEqual(payment);
      }),
      trying(300),
    );
  });

  it('restores why a payment needs people, also from JSON text', () => {
    const needing = reachablePayment.chain((payment) =>
      attention.map((why): Payment => ({ ...payment, attention: withAmount(why, payment) })),
    );
    fc.assert(
      fc.property(needing, (payment) => {
        const record = parseJson(jsonText(storedPaymentRecord(payment))) as StoredPaymentRecord;
        expect(restorePayment(record, payment.auditHash)).toEqual(payment);
      }),
      trying(500),
    );
  });

  it('names what is set aside only while something is', () => {
    fc.assert(
      fc.property(reachable, ({ payment, underWay }) => {
        const record = paymentRecord(payment);
        const aside = underWayOf(payment);
        const ofHeld = payment.status === 'authorized' ? payment.refunding.minorUnits : 0n;
        expect('reserved_amount' in record).toBe(aside > 0n);
        expect(BigInt(record.reserved_amount ?? 0)).toBe(aside);
        expect('reserved_refund_amount' in record).toBe(ofHeld > 0n);
        expect(BigInt(record.reserved_refund_amount ?? 0)).toBe(ofHeld);
        expect(record.closing).toBe(underWay.some(({ final }) => final) || undefined);
      }),
      trying(300),
    );
  });

  it('that no move could have made is a defect', () => {
    const record = paymentRecord(fc.sample(reachablePayment, { numRuns: 1, seed: 1 })[0] as never);
    const bent = (change: object) => () =>
      restorePayment({ ...record, ...change } as StoredPaymentRecord, '');
    expect(bent({ status: 'failed', failure: undefined })).toThrow('no failure');
    expect(bent({ status: 'lost' })).toThrow('unknown status');
    expect(bent({ currency: 'usd' })).toThrow('unknown currency');
  });
});
